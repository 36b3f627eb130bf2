/** The outside world as a process: emulated Dynamics 365 and Entra ID, and a mail inbox. */
import { join } from 'node:path';
import { Control } from '@leads/testing';
import { root } from './config.ts';
import { Unready } from './failure.ts';
import type { MailCertificate } from './facts/mail-certificate.ts';
import { until } from './processes/narrator.ts';
import { describeExit, pinnedNode, startProgram } from './processes/process.ts';
import type { ManagedProcess } from './processes/process.ts';

export interface Emulators {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly smtpUrl: string;
  /** Who signed the mail server's certificate, where it has one. */
  readonly smtpCaFile: string | undefined;
  readonly control: Control;
  readonly process: ManagedProcess;
  stop(): Promise<void>;
}

export interface EmulatorsOptions {
  readonly httpPort: number;
  readonly smtpPort: number;
  /** Where their content survives a restart; memory only when absent. */
  readonly dataDir: string | undefined;
  /** The mail server then takes mails under TLS alone. */
  readonly mailCertificate?: MailCertificate | undefined;
  readonly log: string;
  readonly onUnexpectedEnd?: (process: ManagedProcess) => void;
}

const startTimeoutMs = 30_000;

/** Starts the emulators with the organisation of Contoso; answers when they take requests. */
export async function startEmulators(options: EmulatorsOptions): Promise<Emulators> {
  const { httpPort, smtpPort, dataDir, mailCertificate } = options;
  const url = `http://127.0.0.1:${httpPort}`;
  const started = await startProgram({
    name: 'emulators',
    file: pinnedNode,
    args: ['--enable-source-maps', join(root, 'apps', 'emulators', 'dist', 'main.js')],
    env: {
      EMULATORS_HTTP_PORT: String(httpPort),
      EMULATORS_SMTP_PORT: String(smtpPort),
      EMULATORS_HOST: '127.0.0.1',
      EMULATORS_SEED: 'contoso',
      EMULATORS_DATA_DIR: dataDir ?? '',
      EMULATORS_SMTP_CERTIFICATE_FILE: mailCertificate?.certificateFile ?? '',
      EMULATORS_SMTP_KEY_FILE: mailCertificate?.keyFile ?? '',
    },
    log: options.log,
  });
  if (options.onUnexpectedEnd) started.onUnexpectedEnd(options.onUnexpectedEnd);
  const up = await until(async () => (await fetch(`${url}/health`)).ok || undefined, {
    timeoutMs: startTimeoutMs,
    giveUp: () => started.exit !== undefined,
  });
  if (!up) {
    const how = started.exit
      ? describeExit(started.exit)
      : `did not answer within ${startTimeoutMs / 1000} s`;
    await started.stop(2_000);
    throw new Unready(
      `The emulators did not come up: they ${how}. Their log is ${started.log} and ends with:\n${started.lastLines()}`,
    );
  }
  return {
    url,
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    smtpCaFile: mailCertificate?.caFile,
    control: new Control(url),
    process: started,
    async stop() {
      await started.stop();
    },
  };
}

/** Microsoft's side as a process of its own, on free ports, with its content in memory. */
import { Control } from './control.ts';
import { startBuilt } from './service-process.ts';

export interface RunningEmulators {
  /** Their origin: what MICROSOFT_RESOLVER is set to. */
  url: string;
  /** Where their mail server listens, on 127.0.0.1. */
  smtpPort: number;
  control: Control;
  /** Ends them. */
  close: () => Promise<void>;
}

const EMULATORS = new URL('../../../apps/emulators/', import.meta.url);

/** Starts them with what they begin with: Contoso's organisation and the directories. */
export async function startEmulators(): Promise<RunningEmulators> {
  const emulators = await startBuilt(EMULATORS, 'main.js', {
    EMULATORS_HTTP_PORT: '0',
    EMULATORS_SMTP_PORT: '0',
  });
  const [, http = '', smtp] = await emulators.says(/"http":(\d+),"smtp":(\d+)/);
  const url = `http://127.0.0.1:${http}`;
  return { url, smtpPort: Number(smtp), control: new Control(url), close: () => emulators.end() };
}

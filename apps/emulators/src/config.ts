/** Settings of the emulators, read from the environment once. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback);

const Settings = z.object({
  EMULATORS_HTTP_PORT: port(4010),
  EMULATORS_SMTP_PORT: port(4025),
  EMULATORS_SMTP_CERTIFICATE_FILE: z.string().min(1).optional(),
  EMULATORS_SMTP_KEY_FILE: z.string().min(1).optional(),
  EMULATORS_HOST: z.string().min(1).default('127.0.0.1'),
  EMULATORS_DATA_DIR: z.string().min(1).optional(),
  EMULATORS_SEED: z.enum(['contoso', 'none']).default('contoso'),
});

/** What `startEmulators` needs to know; ports of 0 mean "any free one". */
export interface Config {
  readonly httpPort: number;
  readonly smtpPort: number;
  /** PEM texts. With them mails are taken under TLS (STARTTLS) alone; without them in clear. */
  readonly smtpTls?: { readonly cert: string; readonly key: string } | undefined;
  readonly host: string;
  /** Where organisations, leads, tenants and mails survive a restart; memory only when absent. */
  readonly dataDir: string | undefined;
  readonly seed: 'contoso' | 'none';
}

/** Reads the settings; throws an error naming the setting that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const settings = Settings.parse(given);
  const { EMULATORS_SMTP_CERTIFICATE_FILE: certificate, EMULATORS_SMTP_KEY_FILE: key } = settings;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Error('EMULATORS_SMTP_CERTIFICATE_FILE and EMULATORS_SMTP_KEY_FILE belong together.');
  }
  return {
    httpPort: settings.EMULATORS_HTTP_PORT,
    smtpPort: settings.EMULATORS_SMTP_PORT,
    smtpTls:
      certificate !== undefined && key !== undefined
        ? { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
        : undefined,
    host: settings.EMULATORS_HOST,
    dataDir: settings.EMULATORS_DATA_DIR,
    seed: settings.EMULATORS_SEED,
  };
}

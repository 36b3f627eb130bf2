/** Settings of a conformance run: against the emulator without any, against a live organisation with all of them. */
import { parseArgs } from 'node:util';
import { z } from 'zod';

const Live = z.object({
  url: z
    .string()
    .regex(
      /^https:\/\/[a-z0-9-]+(\.api)?\.[a-z0-9.]+$/i,
      'an address such as https://contoso.crm4.dynamics.com',
    ),
  tenant: z.guid(),
  client: z.guid(),
  role: z.enum(['writer', 'administrator']),
  login: z.string(),
  secret: z.string().min(1, 'set it in CONFORMANCE_CLIENT_SECRET'),
});
export type LiveSettings = z.output<typeof Live>;

/** Undefined without `--live`. The secret comes from the environment, so that no command line shows it. */
export function readLiveSettings(
  args: readonly string[] = process.argv.slice(2),
  env: NodeJS.ProcessEnv = process.env,
): LiveSettings | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      live: { type: 'boolean', default: false },
      url: { type: 'string' },
      tenant: { type: 'string' },
      client: { type: 'string' },
      role: { type: 'string', default: 'writer' },
      login: { type: 'string', default: 'login.microsoftonline.com' },
    },
  });
  if (!values.live) return undefined;
  return Live.parse({ ...values, secret: env['CONFORMANCE_CLIENT_SECRET'] ?? '' });
}

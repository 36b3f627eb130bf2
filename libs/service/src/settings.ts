/** Reads a service's settings from the environment, all faults at once, before anything else happens. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The settings that every service has. */
export const serviceSettings = {
  /** Comma-separated host:port pairs. */
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(',').map((broker) => broker.trim())),
  /** Put before every topic and group name. */
  KAFKA_TOPIC_PREFIX: z.string().default(''),
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL_SIZE: z.coerce.number().int().positive().default(10),
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  /** Begins the name under which this process holds leases and writes logs; a new ending is made at each start. */
  INSTANCE_ID: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
};

/** An optional web address in the settings; only its origin is used. */
export const optionalOrigin = z
  .url({ protocol: /^https?$/ })
  .transform((url) => new URL(url).origin)
  .optional();

/** A setting that names a file: read at start, so that a wrong path stops the service before it listens. */
export const fileContent = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `the file cannot be read (${(error as NodeJS.ErrnoException).code})`,
    });
    return z.NEVER;
  }
});

/**
 * Checks the environment against a service's settings.
 *
 * Empty variables count as not set. A fault ends the process with one sentence a setting, naming the setting and
 * never its value: it may be a secret.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  environment: Readonly<Record<string, string | undefined>>,
  shape: Shape,
  end: (message: string) => never = endProcess,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = z.object(shape).safeParse(given, { reportInput: false });
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    const missing = given[String(issue.path[0])] === undefined;
    return `${name} ${missing ? 'is not set' : `is not usable: ${issue.message}`}.`;
  });
  return end(`The service cannot start. ${faults.join(' ')} .env.example describes every setting.`);
}

function endProcess(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

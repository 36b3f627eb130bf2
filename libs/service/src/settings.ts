/** Reads a service's settings from the environment, all faults at once, before anything else happens. */
import { own, type ServiceName } from '@leads/contracts';
import { readFileSync } from 'node:fs';
import {
  type KafkaSettings,
  kafkaSettings,
  kafkaVariables,
  type KafkaVariables,
  UnusableKafkaSettings,
} from '@leads/kafka';
import type { DatabaseServer } from '@leads/database';
import { z } from 'zod';
import {
  databaseServer,
  databaseVariables,
  type DatabaseVariables,
  UnusableDatabaseSettings,
} from './database-variables.ts';
import { retentionSettings } from './retention.ts';
import {
  recordSigning,
  signingSettings,
  type SigningSettings,
  UnusableSigningSettings,
} from './signing-settings.ts';

/** The settings that every service has. */
export const serviceSettings = {
  ...kafkaVariables,
  ...databaseVariables,
  ...retentionSettings,
  ...signingSettings,
  DATABASE_POOL_SIZE: z.coerce.number().int().positive().default(10),
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535),
  /** Where health and metrics are, and nothing else; unset, they are at HTTP_PORT among all the rest. */
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  /** Begins the name under which this process holds leases and writes logs; a new ending is made at each start. */
  INSTANCE_ID: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
};

/** What settings of a shape are once they are read. */
export type SettingsOf<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

export type ServiceSettings = SettingsOf<typeof serviceSettings>;

/**
 * The origin of a stand-in for Microsoft's own hosts. Secrets are sent there: with NODE_ENV=production a service that
 * is given one does not start.
 */
export const standInOrigin = z
  .url({ protocol: /^https?$/ })
  .transform((url) => new URL(url).origin)
  .optional()
  .meta({ isLocalOnly: true });

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
): SettingsOf<Shape> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const refused =
    given['NODE_ENV'] === 'production'
      ? Object.entries(shape).flatMap(([name, schema]) => (isLocalOnly(schema) ? [name] : []))
      : [];
  const strays = refused.filter((name) => own(given, name) !== undefined);
  const result = z.object(shape).safeParse(given, { reportInput: false });
  if (result.success && strays.length === 0) return result.data;
  const faults = (result.error?.issues ?? []).map((issue) => {
    const name = issue.path.join('.');
    const missing = own(given, String(issue.path[0])) === undefined;
    return `${name} ${missing ? 'is not set' : `is not usable: ${issue.message}`}.`;
  });
  return end(cannotStart([...faults, ...strays.map(strayIn)]));
}

/**
 * Where the broker is, who this service is there, and how what it publishes and takes is signed, where its settings say.
 * Settings that do not go together end the process, as one that is faulty by itself does.
 */
export function kafkaOf(
  settings: KafkaVariables & Partial<SigningSettings>,
  service: ServiceName,
  end: (message: string) => never = endProcess,
): KafkaSettings {
  try {
    const kafka = kafkaSettings(settings, service, (path) => readFileSync(path, 'utf8'));
    return { ...kafka, ...recordSigning(settings, service, Date.now()) };
  } catch (error) {
    if (error instanceof UnusableKafkaSettings || error instanceof UnusableSigningSettings) {
      return end(cannotStart([error.message]));
    }
    throw error;
  }
}

function isLocalOnly(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodType && schema.meta()?.['isLocalOnly'] === true;
}

function strayIn(name: string): string {
  return `${name} sends what is meant for Microsoft elsewhere, secrets too, which production refuses: take it away, or run local services with NODE_ENV=development.`;
}

/** Where the database is. Settings that do not go together end the process, as one that is faulty by itself does. */
export function databaseOf(
  settings: DatabaseVariables,
  end: (message: string) => never = endProcess,
): DatabaseServer {
  try {
    return databaseServer(settings, (path) => readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof UnusableDatabaseSettings) return end(cannotStart([error.message]));
    throw error;
  }
}

function cannotStart(faults: string[]): string {
  return `The service cannot start. ${faults.join(' ')} .env.example describes every setting.`;
}

function endProcess(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/** What the provisioning command is told from outside. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Principals, readPrincipals } from './access-rules.ts';
import type { KafkaSettings } from './settings.ts';
import { kafkaSettings, kafkaVariables } from './variables.ts';

const Environment = z.object({
  ...kafkaVariables,
  KAFKA_REPLICATION_FACTOR: z.coerce.number('must be a number').int().positive().default(3),
  /** How the broker calls each service. */
  KAFKA_PRINCIPALS: z
    .string()
    .default('User:{service}')
    .transform((setting, context) => {
      try {
        return readPrincipals(setting);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
  /** Who keeps the broker's access rules: this command, or somebody else. */
  KAFKA_ACCESS_RULES: z
    .enum(['provisioned', 'kept-elsewhere'], 'must be provisioned or kept-elsewhere')
    .optional(),
});

export interface Provisioning {
  settings: KafkaSettings;
  replicationFactor: number;
  /** Topics of one copy are right: what they hold is lost with one disk. */
  allowSingleCopy: boolean;
  /** Absent where the access rules are not this command's. */
  principals?: Principals;
}

/**
 * Access rules are provisioned wherever the broker knows who asks, unless they are kept elsewhere.
 * @throws with a sentence for each variable that is missing or wrong
 */
export function readProvisioningConfig(
  environment: Record<string, string | undefined> = process.env,
  args: string[] = process.argv.slice(2),
): Provisioning {
  const { values } = parseArgs({
    args,
    options: { 'allow-single-copy': { type: 'boolean', default: false } },
  });
  const allowSingleCopy = values['allow-single-copy'];
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = Environment.safeParse(given);
  if (!read.success) {
    throw new Error(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  }
  const {
    KAFKA_REPLICATION_FACTOR: replicationFactor,
    KAFKA_PRINCIPALS: principals,
    KAFKA_ACCESS_RULES: who,
  } = read.data;
  if (replicationFactor < 2 && !allowSingleCopy) {
    throw new Error(
      'KAFKA_REPLICATION_FACTOR is 1: one disk that is lost would take accepted leads with it. Set 3, or say --allow-single-copy where that is no matter, as in local runs.',
    );
  }
  const settings = kafkaSettings(read.data, 'provision-topics', (path) => readFileSync(path, 'utf8'));
  const isNamed = settings.login !== undefined || settings.tls?.client !== undefined;
  const isOurs = who === 'provisioned' || (who === undefined && isNamed);
  return { settings, replicationFactor, allowSingleCopy, ...(isOurs && { principals }) };
}

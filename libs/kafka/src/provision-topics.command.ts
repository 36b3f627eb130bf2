/** The command `provision-topics`: run before the services start, and again whenever the catalogue changes. */
import { asError } from './as-error.ts';
import { readProvisioningConfig } from './config.ts';
import { provisionAccess } from './provision-access.ts';
import { provisionTopics } from './provision-topics.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const { settings, replicationFactor, allowSingleCopy, principals } = readProvisioningConfig();
  const { created, changed, thin } = await provisionTopics(settings, { replicationFactor });
  say(`Topics created: ${list(created)}. Topics changed: ${list(changed)}.`);
  if (principals) {
    const { add, remove } = await provisionAccess(settings, principals);
    say(`Access rules added: ${add.length}. Access rules taken away: ${remove.length}.`);
  }
  if (thin.length > 0 && !allowSingleCopy) {
    throw new Error(
      `${list(thin)} have fewer than ${replicationFactor} copies, and copies are not added here: reassign their partitions (kafka-reassign-partitions.sh).`,
    );
  }
} catch (error) {
  process.stderr.write(
    `The topics could not be provisioned: ${explain(asError(error))}\n` +
      'Nothing was deleted. Mend that and run this again.\n',
  );
  process.exitCode = 1;
}

/** What an operator can do about it, where the broker's own words do not say. */
function explain(error: Error & { type?: unknown }): string {
  switch (error.type) {
    case 'SECURITY_DISABLED':
      return 'the broker has no authorizer, so that anybody may write any topic. Give it one (authorizer.class.name), or say KAFKA_ACCESS_RULES=kept-elsewhere.';
    case 'CLUSTER_AUTHORIZATION_FAILED':
    case 'TOPIC_AUTHORIZATION_FAILED':
      return `this user may not do that at the broker (${error.message}). It needs to be a super user, or Create, Alter, AlterConfigs, Describe and DescribeConfigs on the cluster and the topics.`;
    case 'INVALID_REPLICATION_FACTOR':
      return 'there are fewer brokers than KAFKA_REPLICATION_FACTOR asks for copies.';
    default:
      return `${error.message} Are KAFKA_BROKERS and the other KAFKA_ variables right, and is the broker up?`;
  }
}

function list(names: string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

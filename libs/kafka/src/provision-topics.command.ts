/** The command `provision-topics`: run before the services start, and again whenever the catalogue changes. */
import { asError } from './as-error.ts';
import { readProvisioningConfig } from './config.ts';
import { provisionTopics } from './provision-topics.ts';

try {
  const { settings, replicationFactor } = readProvisioningConfig();
  const { created, changed } = await provisionTopics(settings, { replicationFactor });
  process.stdout.write(`Topics created: ${list(created)}. Topics changed: ${list(changed)}.\n`);
} catch (error) {
  process.stderr.write(
    `The topics could not be provisioned: ${asError(error).message}\n` +
      'Nothing was deleted. Check KAFKA_BROKERS and that the broker is up, then run this again.\n',
  );
  process.exitCode = 1;
}

function list(names: string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

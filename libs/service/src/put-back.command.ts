/** `npm run put-back`: says what lies aside; with `--do` the running services take it once more. */
import { parseArgs } from 'node:util';
import { COMMAND_LIMITS, openDatabase } from '@leads/database';
import { MINUTE_MS } from '@leads/pacing';
import { putBackSettings } from './config.ts';
import { type Aside, askToPutBack, whatLiesAside } from './put-back/ask-to-put-back.ts';

const USAGE = 'Usage: npm run put-back -- [--topic NAME] [--do]\n';

/** Running services look every few seconds, and take a hundred records at a time. */
const PATIENCE_MS = 2 * MINUTE_MS;

const given = wanted();
if (!given) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  const database = openDatabase(
    {
      ...putBackSettings(),
      ...{ schema: 'public', poolSize: 1, application: 'put-back', limits: COMMAND_LIMITS },
    },
    () => undefined,
  );
  try {
    if (given.do === true) {
      const { before, after } = await askToPutBack(database, { ...given, patienceMs: PATIENCE_MS });
      process.stdout.write(before.length === 0 ? 'Nothing lies aside.\n' : toldAfter(before, after));
      if (after.some(({ asked }) => asked > 0)) process.exitCode = 1;
    } else {
      const aside = await whatLiesAside(database, given.topic);
      process.stdout.write(aside.length === 0 ? 'Nothing lies aside.\n' : toldBefore(aside));
    }
  } catch (error) {
    process.stderr.write(
      `Nothing was put back, or not all of it: ${String(error)}. Nothing is lost; run this again.\n`,
    );
    process.exitCode = 1;
  } finally {
    await database.destroy();
  }
}

function wanted(): { topic?: string; do?: boolean } | undefined {
  try {
    return parseArgs({ options: { topic: { type: 'string' }, do: { type: 'boolean' } } }).values;
  } catch {
    return undefined;
  }
}

function toldBefore(aside: readonly Aside[]): string {
  const lines = aside.map(
    ({ schema, topic, records, since, reason }) =>
      `${schema}: ${records} of ${topic}, the oldest since ${since.toISOString()}. ${reason}\n`,
  );
  return `${lines.join('')}Nothing was changed. With --do the running services take what they can read now.\n`;
}

function toldAfter(before: readonly Aside[], after: readonly Aside[]): string {
  const lines = before.map(({ schema, topic, records }) => {
    const left = after.find((one) => one.schema === schema && one.topic === topic);
    const taken = records - (left?.records ?? 0);
    const still = left ? ` ${left.records} still lie aside: ${left.reason}` : '';
    const waiting = left?.asked
      ? ` ${left.asked} of them wait for the service: see that it runs, and its log.`
      : '';
    return `${schema}: ${taken} of ${records} of ${topic} were taken.${still}${waiting}\n`;
  });
  return lines.join('');
}

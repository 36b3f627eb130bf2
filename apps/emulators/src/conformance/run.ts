/**
 * `npm run conformance`: the suite against the emulator as both kinds of user; with `--live` against a real
 * organisation too, and every exchange reported in which the two differ.
 */
import { z } from 'zod';
import { conform, summary, type Result } from './conform.ts';
import { readLiveSettings } from './config.ts';
import { differences } from './exchange.ts';
import { answersOf } from './step.ts';
import { emulatedTarget, liveTarget, type RoleKind, type Target } from './target.ts';

try {
  const live = readLiveSettings();
  const roles: readonly RoleKind[] = live ? [live.role] : ['writer', 'administrator'];
  let failed = 0;
  for (const role of roles) {
    const emulated = await runAgainst(await emulatedTarget(role));
    failed += reportExpectations(role, emulated);
    if (live) reportDifferences(emulated, await runAgainst(liveTarget(live)));
  }
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  process.exitCode = 1;
  if (error instanceof z.ZodError) {
    const wrong = error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('\n');
    process.stderr.write(
      `Nothing was sent. A live run needs --url, --tenant, --client and the secret:\n${wrong}\n`,
    );
  } else {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The run ended before the first step, and no lead was made: ${why}\n`);
  }
}

async function runAgainst(target: Target): Promise<Result[]> {
  try {
    return await conform(target);
  } finally {
    await target.close();
  }
}

/** Steps whose answers are not the ones written down. */
function reportExpectations(role: RoleKind, results: readonly Result[]): number {
  const wrong = results.filter(({ step, exchanges }) => summary(exchanges) !== answersOf(step, role));
  for (const { step, exchanges } of wrong)
    say(`${role}: ${step.name}: expected ${answersOf(step, role)}, got ${summary(exchanges) || 'nothing'}`);
  say(
    `emulator as ${role}: ${results.length - wrong.length} of ${results.length} steps answered as written down`,
  );
  return wrong.length;
}

function reportDifferences(emulated: readonly Result[], live: readonly Result[]): void {
  const found = emulated.flatMap(({ exchanges }, index) =>
    differences(exchanges, live[index]?.exchanges ?? []),
  );
  for (const { step, field, emulator, live: real } of found)
    say(`differs: ${step}: ${field}\n    emulator  ${emulator}\n    live      ${real}`);
  const steps = new Set(found.map(({ step }) => step)).size;
  say(
    `live organization: ${live.length - steps} of ${live.length} steps as the emulator has them, ${steps} differ`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

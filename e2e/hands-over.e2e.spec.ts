import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { contosoHost, eventually } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import { inParallel, leadNumber, post } from './marketplace.ts';

const LEADS = 60;
/** Beside what the end of a writer without lanes takes on this machine. */
const HAND_OVER_WITHIN_MS = 20_000;

let stack: TestStack;

beforeEach(async () => {
  stack = await startTestStack({ writers: 2 });
}, 120_000);
afterEach(() => stack.stop(), 60_000);

async function requestsUnderWay(healthUrl: string): Promise<number> {
  const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
  return Number(/^writer_requests_in_flight (\d+)/m.exec(metrics)?.[1] ?? 0);
}

test('a writer that is told to end while Dynamics hangs hands its lanes over within 20 s, and nothing is doubled', async () => {
  const { control } = stack.emulators;
  // For longer than anybody waits, and for whichever writer holds the lane.
  await control.addFault({
    host: contosoHost,
    match: { method: 'POST' },
    kind: 'delay',
    delayMs: 300_000,
  });
  const accepted = new Set<string | undefined>();
  await inParallel(
    Array.from({ length: LEADS }, (_, number) => number),
    4,
    async (number) => void accepted.add(await post(stack.connection.leadAddress, leadNumber(number))),
  );
  expect(accepted.size).toBe(LEADS);
  await eventually(async () => {
    const underWay = await Promise.all(stack.writers.map(({ healthUrl }) => requestsUnderWay(healthUrl)));
    expect(Math.max(...underWay)).toBeGreaterThan(0);
  });

  // Either of the two holds the only lane: both end, one after the other, and one is started again.
  const tookMs: number[] = [];
  for (const writer of stack.writers) {
    const began = performance.now();
    const exit = await writer.kill('SIGTERM');
    expect(exit.signal).toBe('SIGTERM');
    tookMs.push(performance.now() - began);
  }
  expect(Math.max(...tookMs)).toBeLessThan(HAND_OVER_WITHIN_MS + Math.min(...tookMs));

  await control.clearFaults();
  await stack.services['dynamics-writer'].restart();

  await eventually(
    async () => {
      const written = (await control.leads(contosoHost)).map((record) => record.leadid);
      expect(written.length).toBe(LEADS);
      expect(new Set<string | undefined>(written)).toEqual(accepted);
    },
    { timeoutMs: 60_000, everyMs: 250 },
  );
}, 180_000);

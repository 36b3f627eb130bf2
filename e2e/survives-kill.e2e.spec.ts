import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { contosoHost, eventually } from '@leads/testing';
import { type ServiceName, startTestStack, type TestStack } from '@leads/tools';
import { inParallel, leadNumber, post } from './marketplace.ts';

const LEADS = 500;
const AT_A_TIME = 8;

let stack: TestStack;

beforeEach(async () => {
  stack = await startTestStack();
}, 120_000);
afterEach(() => stack.stop(), 60_000);

/** Posts 500 leads as a sender that repeats what was not accepted, and kills a service after so many of them. */
async function postAndKill(name: ServiceName, afterLeads: number): Promise<Set<string>> {
  const accepted = new Set<string>();
  let killed: Promise<void> | undefined;
  const service = stack.services[name];
  await inParallel(
    Array.from({ length: LEADS }, (_, number) => number),
    AT_A_TIME,
    async (number) => {
      const leadId = await eventually(async () => {
        const id = await post(stack.connection.leadAddress, leadNumber(number));
        expect(id).toBeDefined();
        return id as string;
      });
      accepted.add(leadId);
      if (accepted.size >= afterLeads) {
        killed ??= service.kill('SIGKILL').then(() => service.restart());
      }
    },
  );
  await killed;
  return accepted;
}

/** Every accepted lead is in the CRM exactly once, and nothing else is. */
async function expectAllWrittenOnce(accepted: Set<string>): Promise<void> {
  await eventually(
    async () => {
      const written = (await stack.emulators.control.leads(contosoHost)).map((record) => record.leadid);
      expect(written).toHaveLength(accepted.size);
      expect(new Set(written)).toEqual(accepted);
    },
    { timeoutMs: 90_000, everyMs: 250 },
  );
  const records = await stack.emulators.control.leads(contosoHost);
  const names = new Set(records.map((record) => record['lastname']));
  expect(names.size).toBe(LEADS);
}

describe('500 leads, and a process killed in the middle', () => {
  test.each<[ServiceName, number]>([
    ['dynamics-writer', 200],
    ['ingest-gateway', 200],
  ])(
    'SIGKILL of the %s after %i leads loses none and doubles none',
    async (name, afterLeads) => {
      const accepted = await postAndKill(name, afterLeads);
      expect(accepted.size).toBe(LEADS);
      await expectAllWrittenOnce(accepted);
    },
    180_000,
  );

  test('the writer killed while another one runs is replaced by it', async () => {
    await stack.add('dynamics-writer');
    const accepted = await postAndKill('dynamics-writer', 250);
    await expectAllWrittenOnce(accepted);
  }, 180_000);
});

/**
 * `npm run smoke`: boots the stack on free ports with throw-away data, posts every sample of a marketplace lead, and
 * reads back what became of it in Dataverse and in the inbox. One JSON line a lead, a last one for the whole.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeLead } from './smoke/judge-lead.ts';
import type { Expectation, Posted } from './smoke/judge-lead.ts';
import { inThrowAwayFolder, runCommand } from './stack/processes/command.ts';
import { root } from './stack/config.ts';
import { contoso, contosoHost, contosoPublisher } from '@leads/testing';
import { publishConnection, untilAccepted } from './stack/facts/connection.ts';
import { during, sayOnStderr as say, until } from './stack/processes/narrator.ts';
import { onOwnStack } from './stack/own-stack.ts';
import type { Shutdown } from './stack/processes/shutdown.ts';
import type { Stack } from './stack/stack.ts';

const samples = join(root, 'libs', 'contracts', 'samples', 'marketplace');
const expectations = join(root, 'libs', 'contracts', 'samples', 'marketplace-expected.json');
const contacts = contoso.contactEmails.split(';');
const patienceMs = 20_000;

await runCommand((shutdown) => inThrowAwayFolder('leads-smoke', (dataDir) => smoke(dataDir, shutdown)));

async function smoke(dataDir: string, shutdown: Shutdown): Promise<number> {
  const started = Date.now();
  try {
    const verdicts = await onOwnStack('smoke', { dataDir, shutdown }, walkAll);
    const seconds = Number(((Date.now() - started) / 1000).toFixed(1));
    const failed = verdicts.filter(({ status }) => status !== 'written').length;
    print({ smoke: failed === 0 ? 'ok' : 'failed', leads: verdicts.length, failed, seconds });
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!shutdown.reason)
      print({ smoke: 'failed', reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

/** Posts every sample, waits for what becomes of them, and judges each. */
async function walkAll(stack: Stack): Promise<ReturnType<typeof judgeLead>[]> {
  await stack.registerPublisher(contosoPublisher);
  const { leadAddress } = await publishConnection(stack.credentialsApi, contoso);
  await untilAccepted(leadAddress);

  const files = readdirSync(samples)
    .filter((file) => file.endsWith('.json'))
    .sort();
  const firsts: Posted[] = [];
  for (const file of files) firsts.push(await post(leadAddress, file));
  const accepted = firsts.filter(({ leadId }) => leadId !== undefined).length;
  const { control } = stack.emulators;
  const arrived = async (): Promise<true | undefined> => {
    const [rows, mails] = await Promise.all([control.leads(contosoHost), control.mails()]);
    return (rows.length >= accepted && mails.length >= accepted) || undefined;
  };
  // What has not arrived by then is told apart below.
  await during(say, 'Waiting for records and mails', until(arrived, { timeoutMs: patienceMs, everyMs: 50 }));

  // A second round: the same content again is the same lead, and must leave no second record and no second mail.
  const posted: Posted[] = [];
  for (const first of firsts) {
    posted.push({ ...first, repeatLeadId: (await post(leadAddress, first.sample)).leadId });
  }
  const [rows, mails] = await Promise.all([control.leads(contosoHost), control.mails()]);
  const expected = JSON.parse(readFileSync(expectations, 'utf8')) as Record<string, Expectation>;
  const verdicts = posted.map((lead) => judgeLead(lead, expected[lead.sample], rows, mails, contacts));
  for (const verdict of verdicts) print(verdict);
  if (rows.length > accepted)
    throw new Error(`Dataverse holds ${rows.length} records of ${accepted} accepted leads.`);
  if (mails.length > accepted)
    throw new Error(`The inbox holds ${mails.length} mails of ${accepted} accepted leads.`);
  return verdicts;
}

async function post(address: string, sample: string): Promise<Posted> {
  const body = readFileSync(join(samples, sample));
  const postedAt = Date.now();
  const began = performance.now();
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(patienceMs),
  });
  const { leadId } = (await answer.json()) as { leadId?: string };
  return { sample, postedAt, httpStatus: answer.status, acceptedMs: performance.now() - began, leadId };
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

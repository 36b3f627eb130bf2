/** Runs the suite against a target and gives what was exchanged in each step. */
import { randomUUID } from 'node:crypto';
import { dataverseClient, msalApplication } from './clients.ts';
import { observe, type Exchange } from './exchange.ts';
import { startRecorder, type Recorder } from './recorder.ts';
import type { Stage, Step } from './step.ts';
import { STEPS } from './steps.ts';
import type { Target } from './target.ts';

export interface Result {
  readonly step: Step;
  readonly exchanges: readonly Exchange[];
}

/** Every step in order; a step that the organisation refuses is a result like any other. */
export async function conform(target: Target): Promise<Result[]> {
  const { upstream, organizationHost, credentials } = target;
  const recorder = await startRecorder(upstream, organizationHost, credentials.loginHost);
  try {
    const stage = await setStage(target, recorder);
    const hosts = {
      [organizationHost]: '<org>',
      [new URL(recorder.organizationUrl).host]: '<org>',
      [credentials.loginHost]: '<login>',
    };
    const results: Result[] = [];
    for (const step of STEPS) {
      recorder.taken();
      await step.run(stage).catch(() => undefined);
      results.push({ step, exchanges: recorder.taken().map((wire) => observe(step.name, wire, hosts)) });
    }
    await tidy(stage);
    return results;
  } finally {
    await recorder.close();
  }
}

async function setStage({ organizationHost, credentials }: Target, recorder: Recorder): Promise<Stage> {
  const application = msalApplication(recorder, credentials);
  const token = async (): Promise<string> => {
    const result = await application.acquireTokenByClientCredential({
      scopes: [`https://${organizationHost}/.default`],
    });
    return result?.accessToken ?? '';
  };
  const api = dataverseClient(recorder, token);
  const run = randomUUID();
  // Asked before the first step, so that no step has this exchange on top of its own.
  const who = await api.callFunction<{ UserId: string }>({ name: 'WhoAmI' });
  return {
    recorder,
    credentials,
    organizationHost,
    api,
    token,
    marker: `MSFT_TEST_${Date.now()}`,
    id: (n) => `${run.slice(0, -2)}${n.toString(16).padStart(2, '0')}`,
    userId: () => Promise.resolve(who.UserId),
  };
}

/** Removes the leads of this run where the role permits it. */
async function tidy({ api, marker }: Stage): Promise<void> {
  const left = await api
    .retrieveMultiple<{ leadid: string }>({
      collection: 'leads',
      select: ['leadid'],
      filter: `subject eq '${marker}'`,
    })
    .catch(() => undefined);
  for (const { leadid } of left?.value ?? [])
    if (
      !(await api.deleteRecord({ collection: 'leads', key: leadid }).then(
        () => true,
        () => false,
      ))
    )
      return;
}

/** `204` or `412 0x80040237`, the exchanges separated by commas. */
export const summary = (exchanges: readonly Exchange[]): string =>
  exchanges.map(({ status, code }) => (code === '' ? String(status) : `${status} ${code}`)).join(', ');

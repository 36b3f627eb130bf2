/** What a step of the suite is, and what steps are made of. */
import type { DynamicsWebApi } from 'dynamics-web-api';
import { msalApplication, type Credentials } from './clients.ts';
import type { Recorder } from './recorder.ts';
import type { RoleKind } from './target.ts';

export interface Stage {
  readonly recorder: Recorder;
  readonly credentials: Credentials;
  readonly organizationHost: string;
  readonly api: DynamicsWebApi;
  readonly token: () => Promise<string>;
  /** Marks every lead of this run: `MSFT_TEST_<n>`. */
  readonly marker: string;
  readonly id: (n: number) => string;
  readonly userId: () => Promise<string>;
}

/** `204` or `412 0x80040237`; several exchanges are separated by commas. */
type Answers = string | Readonly<Record<RoleKind, string>>;

export interface Step {
  readonly name: string;
  readonly answers: Answers;
  readonly run: (stage: Stage) => Promise<unknown>;
}

export const step = (name: string, answers: Answers, run: Step['run']): Step => ({ name, answers, run });
export const writer = (refused: string, done: string): Answers => ({ writer: refused, administrator: done });
export const DENIED = '403 0x80040220';
export const LEAD = 'Microsoft.Dynamics.CRM.lead';
export const NOBODY = '00000000-0000-4000-8000-000000000001';

export const ask = (
  { recorder, credentials, organizationHost }: Stage,
  changed: Partial<Credentials>,
  scope?: string,
): Promise<unknown> =>
  msalApplication(recorder, { ...credentials, ...changed }).acquireTokenByClientCredential({
    scopes: [scope ?? `https://${organizationHost}/.default`],
  });

/** What neither client can be made to send. */
export const raw = async (
  stage: Stage,
  path: string,
  init: RequestInit,
  authorized = true,
): Promise<void> => {
  const headers = new Headers(init.headers);
  if (authorized) headers.set('authorization', `Bearer ${await stage.token()}`);
  const answer = await fetch(`${stage.recorder.organizationUrl}/api/data/v9.2/${path}`, { ...init, headers });
  await answer.arrayBuffer();
};

export const lead = (stage: Stage, more: object = {}): object => ({
  subject: stage.marker,
  lastname: stage.marker,
  ...more,
});
/** Puts a create into the batch under way; what became of it is in the batch's own answer. */
export const queue = (stage: Stage, more: object, options: object = {}): void => {
  create(stage, more, options).catch(() => undefined);
};
export const create = (stage: Stage, more: object, options: object = {}): Promise<unknown> =>
  stage.api.create({ collection: 'leads', data: lead(stage, more), ...options });

/** What the emulator answers to a step for a user of this kind. */
export const answersOf = ({ answers }: Step, role: RoleKind): string =>
  typeof answers === 'string' ? answers : answers[role];

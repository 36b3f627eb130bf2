// The suite itself, in order: what is done, and what the emulator answers to it, by what the user may do.
import type { DynamicsWebApi } from 'dynamics-web-api';
import { msalApplication, type Credentials } from './clients.ts';
import type { Recorder } from './recorder.ts';
import type { RoleKind } from './target.ts';

export type Stage = {
  readonly recorder: Recorder;
  readonly credentials: Credentials;
  readonly organizationHost: string;
  readonly api: DynamicsWebApi;
  readonly token: () => Promise<string>;
  /** Marks every lead of this run: `MSFT_TEST_<n>`. */
  readonly marker: string;
  readonly id: (n: number) => string;
  readonly userId: () => Promise<string>;
};

/** `204` or `412 0x80040237`; several exchanges are separated by commas. */
type Answers = string | Readonly<Record<RoleKind, string>>;

export type Step = {
  readonly name: string;
  readonly answers: Answers;
  readonly run: (stage: Stage) => Promise<unknown>;
};

const step = (name: string, answers: Answers, run: Step['run']): Step => ({ name, answers, run });
const writer = (refused: string, done: string): Answers => ({ writer: refused, administrator: done });
const DENIED = '403 0x80040220';
const LEAD = 'Microsoft.Dynamics.CRM.lead';
const NOBODY = '00000000-0000-4000-8000-000000000001';

const ask = (
  { recorder, credentials, organizationHost }: Stage,
  changed: Partial<Credentials>,
  scope?: string,
): Promise<unknown> =>
  msalApplication(recorder, { ...credentials, ...changed }).acquireTokenByClientCredential({
    scopes: [scope ?? `https://${organizationHost}/.default`],
  });

/** What neither client can be made to send. */
const raw = async (stage: Stage, path: string, init: RequestInit, authorized = true): Promise<void> => {
  const headers = new Headers(init.headers);
  if (authorized) headers.set('authorization', `Bearer ${await stage.token()}`);
  const answer = await fetch(`${stage.recorder.organizationUrl}/api/data/v9.2/${path}`, { ...init, headers });
  await answer.arrayBuffer();
};

const lead = (stage: Stage, more: object = {}): object => ({
  subject: stage.marker,
  lastname: stage.marker,
  ...more,
});
/** Puts a create into the batch under way; what became of it is in the batch's own answer. */
const queue = (stage: Stage, more: object, options: object = {}): void => {
  create(stage, more, options).catch(() => undefined);
};
const create = (stage: Stage, more: object, options: object = {}): Promise<unknown> =>
  stage.api.create({ collection: 'leads', data: lead(stage, more), ...options });

const tokens: Step[] = [
  step('a token for the application', '200', (stage) => ask(stage, {})),
  step('a wrong secret', '401 7000215', (stage) => ask(stage, { clientSecret: 'wrong' })),
  step('an unknown application', '400 700016', (stage) => ask(stage, { clientId: NOBODY })),
  step('an unknown tenant', '400 90002', (stage) => ask(stage, { tenantId: NOBODY })),
  step('an organization outside the tenant', '400 500011', (stage) =>
    ask(stage, {}, 'https://conformance-nobody.crm4.dynamics.com/.default'),
  ),
];

const connection: Step[] = [
  step('no token', '401 0x0', (stage) => raw(stage, 'WhoAmI', {}, false)),
  step('a token that is none', '401 0x0', (stage) =>
    raw(stage, 'WhoAmI', { headers: { authorization: 'Bearer rubbish' } }, false),
  ),
  step('WhoAmI', '200', ({ api }) => api.callFunction({ name: 'WhoAmI' })),
  step('RetrieveVersion', '200', ({ api }) => api.callFunction({ name: 'RetrieveVersion' })),
  step('the lead writer solution', '200', ({ api }) =>
    api.retrieveMultiple({
      collection: 'solutions',
      select: ['uniquename', 'version', 'ismanaged'],
      filter: "uniquename eq 'MicrosoftMarketplacesLeadIntegrationSolution'",
    }),
  ),
  step('a solution that is not there', '200', ({ api }) =>
    api.retrieveMultiple({
      collection: 'solutions',
      select: ['uniquename'],
      filter: "uniquename eq 'conformance_nobody'",
    }),
  ),
  step('one’s own privilege', '200', async (stage) =>
    stage.api.callFunction({
      collection: 'systemusers',
      key: await stage.userId(),
      name: 'Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName',
      parameters: { PrivilegeName: 'prvCreateLead' },
    }),
  ),
  step('one’s own roles', writer(DENIED, '200'), async (stage) =>
    raw(stage, `systemusers(${await stage.userId()})/systemuserroles_association?$select=name`, {}),
  ),
  step('lengths of text columns', '200', ({ api }) =>
    api.retrieveAttributes({
      entityKey: "LogicalName='lead'",
      castType: 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
      select: ['LogicalName', 'MaxLength'],
    }),
  ),
  step('options of leadsourcecode', '200', ({ api }) =>
    api.retrieveAttribute({
      entityKey: "LogicalName='lead'",
      attributeKey: "LogicalName='leadsourcecode'",
      castType: 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
      select: ['LogicalName'],
      expand: [{ property: 'OptionSet' }],
    }),
  ),
  step('alternate keys', '200', ({ api }) =>
    api.retrieveEntity({
      key: "LogicalName='lead'",
      select: ['SchemaName'],
      expand: [{ property: 'Keys', select: ['KeyAttributes', 'EntityKeyIndexStatus'] }],
    }),
  ),
  step('which bulk messages there are', '200', ({ api }) =>
    api.retrieveMultiple({
      collection: 'sdkmessagefilters',
      select: ['sdkmessagefilterid'],
      filter: "sdkmessageid/name eq 'CreateMultiple' and primaryobjecttypecode eq 'lead'",
    }),
  ),
  step('a table that is not there', '404 0x8006088a', ({ api }) =>
    api.retrieveMultiple({ collection: 'conformancenobodies' }),
  ),
];

const singles: Step[] = [
  step('create', '204', (stage) => create(stage, {})),
  step('create under one’s own id', '204', (stage) =>
    create(stage, { leadid: stage.id(1), emailaddress1: `${stage.marker}@test.com` }),
  ),
  step('create the same id again', '412 0x80040237', (stage) => create(stage, { leadid: stage.id(1) })),
  step('create and return the record', '201', (stage) =>
    create(stage, { leadid: stage.id(2) }, { returnRepresentation: true, select: ['subject'] }),
  ),
  step('create with duplicate detection', '500 0x80040333', (stage) =>
    create(stage, { emailaddress1: `${stage.marker}@test.com` }, { duplicateDetection: true }),
  ),
  step('a value that is too long', '400 0x80044331', (stage) =>
    create(stage, { companyname: 'x'.repeat(101) }),
  ),
  step('a column that is not there', '400 0x80048d19', (stage) => create(stage, { conformancenobody: 'x' })),
  step('an option that is none', '400 0x8004431A', (stage) => create(stage, { leadsourcecode: 99 })),
  step('text for a number', '400 0x80048d19', (stage) => create(stage, { numberofemployees: 'many' })),
  step('a lookup to nowhere in form', '400 0x80048d19', (stage) => create(stage, { ownerid: stage.id(1) })),
  step('JSON that is none', '400 0x80048d19', (stage) =>
    raw(stage, 'leads', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"subject":',
    }),
  ),
  step('a body of another type', '415 0x80060888', (stage) =>
    raw(stage, 'leads', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }),
  ),
  step('If-None-Match: null on create', '204', (stage) =>
    raw(stage, 'leads', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'if-none-match': 'null' },
      body: JSON.stringify(lead(stage)),
    }),
  ),
  step('a method that is not meant', '405 0x80060888', (stage) => raw(stage, 'leads', { method: 'PUT' })),
];

const reads: Step[] = [
  step('retrieve', '200', (stage) =>
    stage.api.retrieve({
      collection: 'leads',
      key: stage.id(1),
      select: ['subject', 'lastname', 'createdon'],
    }),
  ),
  step('retrieve what is not there', '404 0x80040217', (stage) =>
    stage.api.retrieve({ collection: 'leads', key: stage.id(99), select: ['subject'] }),
  ),
  step('a key that is not defined', '400 0x8006088a', (stage) =>
    raw(stage, "leads(pager='x')?$select=subject", {}),
  ),
  step('filter, order and count', '200', (stage) =>
    stage.api.retrieveMultiple({
      collection: 'leads',
      select: ['subject'],
      filter: `subject eq '${stage.marker}'`,
      orderBy: ['createdon desc'],
      count: true,
      top: 3,
    }),
  ),
  step('two pages', '200, 200', async (stage) => {
    const request = {
      collection: 'leads',
      select: ['leadid'],
      filter: `subject eq '${stage.marker}'`,
      maxPageSize: 1,
    };
    const first = await stage.api.retrieveMultiple(request);
    return stage.api.retrieveMultiple(request, first.oDataNextLink ?? '');
  }),
  step('$count', '200', (stage) =>
    stage.api.count({ collection: 'leads', filter: `subject eq '${stage.marker}'` }),
  ),
  step('a filter on a column that is not there', '400 0x80060888', (stage) =>
    stage.api.retrieveMultiple({
      collection: 'leads',
      select: ['subject'],
      filter: "conformancenobody eq 'x'",
    }),
  ),
  step('$skip', '400 0x80060888', (stage) => raw(stage, 'leads?$select=subject&$skip=1', {})),
];

const changes: Step[] = [
  step('update', writer(DENIED, '204'), (stage) =>
    stage.api.update({ collection: 'leads', key: stage.id(1), data: { jobtitle: 'CFO' } }),
  ),
  step('update what is not there', writer(DENIED, '404 0x80040217'), (stage) =>
    stage.api.update({ collection: 'leads', key: stage.id(98), data: { jobtitle: 'CFO' } }),
  ),
  step('update an older version', writer(DENIED, '412 0x80060882'), (stage) =>
    stage.api.update({ collection: 'leads', key: stage.id(1), data: { jobtitle: 'CEO' }, ifmatch: 'W/"1"' }),
  ),
  step('upsert what is there', writer(DENIED, '204'), (stage) =>
    stage.api.upsert({ collection: 'leads', key: stage.id(1), data: { jobtitle: 'CTO' } }),
  ),
  step('upsert that must not update', '412 0x80060892', (stage) =>
    stage.api.upsert({ collection: 'leads', key: stage.id(1), data: lead(stage), ifnonematch: '*' }),
  ),
  step('upsert that creates', '204', (stage) =>
    stage.api.upsert({ collection: 'leads', key: stage.id(3), data: lead(stage), ifnonematch: '*' }),
  ),
  step('upsert and return the record', writer(DENIED, '201'), (stage) =>
    stage.api.upsert({
      collection: 'leads',
      key: stage.id(4),
      data: lead(stage),
      returnRepresentation: true,
      select: ['subject'],
    }),
  ),
  step('update one column', writer(DENIED, '204'), (stage) =>
    stage.api.updateSingleProperty({
      collection: 'leads',
      key: stage.id(1),
      fieldValuePair: { jobtitle: 'COO' },
    }),
  ),
];

const batches: Step[] = [
  step('a batch that goes on after an error', '200 0x80044331', async (stage) => {
    stage.api.startBatch();
    for (const more of [{}, { lastname: 'x'.repeat(51) }, {}]) queue(stage, more, { inChangeSet: false });
    return stage.api.executeBatch({ continueOnError: true });
  }),
  step('a batch that stops at an error', '400 0x80044331', async (stage) => {
    stage.api.startBatch();
    for (const more of [{}, { lastname: 'x'.repeat(51) }, {}]) queue(stage, more, { inChangeSet: false });
    return stage.api.executeBatch();
  }),
  step('a change set', '200', async (stage) => {
    stage.api.startBatch();
    for (const n of [5, 6]) queue(stage, { leadid: stage.id(n) });
    return stage.api.executeBatch();
  }),
  step(
    'a change set with an error, of which nothing stays',
    '400 0x80040237, 404 0x80040217',
    async (stage) => {
      stage.api.startBatch();
      for (const n of [7, 1]) queue(stage, { leadid: stage.id(n) });
      await stage.api.executeBatch().catch(() => undefined);
      return stage.api.retrieve({ collection: 'leads', key: stage.id(7), select: ['subject'] });
    },
  ),
  step('a batch that is no multipart', '415 0x80060888', (stage) =>
    raw(stage, '$batch', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"requests":[]}',
    }),
  ),
  step('a batch that is cut short', '400 0x80060888', (stage) =>
    raw(stage, '$batch', {
      method: 'POST',
      headers: { 'content-type': 'multipart/mixed; boundary=b' },
      body: '--b\r\nContent-Type: application/http\r\n\r\nGET',
    }),
  ),
];

const multiple = (stage: Stage, actionName: string, targets: object[]): Promise<unknown> =>
  stage.api.callAction({
    collection: 'leads',
    actionName: `Microsoft.Dynamics.CRM.${actionName}`,
    action: { Targets: targets },
  });

const bulk: Step[] = [
  step('CreateMultiple', '200', (stage) =>
    multiple(
      stage,
      'CreateMultiple',
      [8, 9].map((n) => ({ '@odata.type': LEAD, ...lead(stage, { leadid: stage.id(n) }) })),
    ),
  ),
  step(
    'CreateMultiple with a bad row, of which nothing stays',
    '400 0x80044331, 404 0x80040217',
    async (stage) => {
      const rows = [{ leadid: stage.id(10) }, { lastname: 'x'.repeat(51) }];
      await multiple(
        stage,
        'CreateMultiple',
        rows.map((row) => ({ '@odata.type': LEAD, ...lead(stage, row) })),
      ).catch(() => undefined);
      return stage.api.retrieve({ collection: 'leads', key: stage.id(10), select: ['subject'] });
    },
  ),
  step('CreateMultiple without a type', '400 0x80048d19', (stage) =>
    multiple(stage, 'CreateMultiple', [lead(stage)]),
  ),
  step('CreateMultiple of another type', '400 0x80048d19', (stage) =>
    multiple(stage, 'CreateMultiple', [
      { '@odata.type': 'Microsoft.Dynamics.CRM.conformancenobody', ...lead(stage) },
    ]),
  ),
  step('UpsertMultiple', writer(DENIED, '204'), (stage) =>
    multiple(
      stage,
      'UpsertMultiple',
      [8, 11].map((n) => ({ '@odata.type': LEAD, ...lead(stage, { leadid: stage.id(n) }) })),
    ),
  ),
];

const tidying: Step[] = [
  step('delete', writer(DENIED, '204'), (stage) =>
    stage.api.deleteRecord({ collection: 'leads', key: stage.id(1) }),
  ),
  step('delete again', writer(DENIED, '404 0x80040217'), (stage) =>
    stage.api.deleteRecord({ collection: 'leads', key: stage.id(1) }),
  ),
];

export const STEPS: readonly Step[] = [
  ...tokens,
  ...connection,
  ...singles,
  ...reads,
  ...changes,
  ...batches,
  ...bulk,
  ...tidying,
];

/** What the emulator answers to a step for a user of this kind. */
export const answersOf = ({ answers }: Step, role: RoleKind): string =>
  typeof answers === 'string' ? answers : answers[role];

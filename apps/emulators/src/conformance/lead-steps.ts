/** The suite's second half: leads written, read, changed, in batches and in bulk. */
import {
  create,
  DENIED,
  lead,
  LEAD,
  NOBODY,
  queue,
  raw,
  step,
  writer,
  type Stage,
  type Step,
} from './step.ts';

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
  step('a lookup by a name in another case', '400 0x80048d19', (stage) =>
    create(stage, { 'CampaignId@odata.bind': `/campaigns(${NOBODY})` }),
  ),
  step('a lookup to another table', '400 0x80048d19', (stage) =>
    create(stage, { 'campaignid@odata.bind': `/accounts(${NOBODY})` }),
  ),
  step('a lookup to a record that is not there', '404 0x80040217', (stage) =>
    create(stage, { 'campaignid@odata.bind': `/campaigns(${NOBODY})` }),
  ),
  step('another moment of creation', writer(DENIED, '204'), (stage) =>
    create(stage, { overriddencreatedon: '2026-01-01T00:00:00Z' }),
  ),
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

export const LEAD_STEPS: readonly Step[] = [
  ...singles,
  ...reads,
  ...changes,
  ...batches,
  ...bulk,
  ...tidying,
];

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LeadFact, LeadField, type Mapping, MappingPreview, readMarketplaceLead } from '@leads/contracts';
import type { LeadTable } from '../mapping/lead-table.ts';
import { COLUMN_LENGTHS } from '../mapping/map-lead.ts';
import type { KnownForTrial } from './known-for-trial.ts';
import { tryMapping } from './try-mapping.ts';

const ID = '(0195b7a6-1111-4222-8333-444455556666)';
const CAMPAIGN = `/campaigns${ID}`;
const READ_AT = new Date('2026-11-25T08:00:00Z');

const table: LeadTable = {
  columns: {
    ...Object.fromEntries(
      Object.entries(COLUMN_LENGTHS).map(([name, length]) => [name, { kind: 'text' as const, length }]),
    ),
    leadsourcecode: { kind: 'option', options: [{ value: 8, label: 'Web' }] },
    contoso_tier: { kind: 'option', options: [{ value: 7, label: 'Gold' }] },
    contoso_note: { kind: 'text', length: 100 },
    contoso_closed: { kind: 'text', length: 100 },
    contoso_made: { kind: 'text', length: 100, isReadOnly: true },
    contoso_seats: { kind: 'whole' },
    new_campaign: { kind: 'lookup' },
  },
  lookups: [{ column: 'new_campaign', property: 'new_Campaign', table: 'campaign' }],
  secured: { contoso_closed: 'not-permitted' },
};

const KNOWN: KnownForTrial = {
  table: { known: table },
  readAt: READ_AT,
  records: new Map([[CAMPAIGN, { known: true }]]),
  refused: [],
};

const attempt = (mapping: Mapping, changes: Partial<KnownForTrial> = {}): MappingPreview =>
  MappingPreview.parse(tryMapping(mapping, { ...KNOWN, ...changes }));

const faultAt = (pointer: string, what: string, effect = 'left-out'): object =>
  expect.objectContaining({ pointer, effect, what: expect.stringContaining(what) });

describe('a mapping that is tried', () => {
  test('names a lookup that the role may not bind, once, and shows the record without it', () => {
    const unbindable = { campaign: ['Append' as const, 'Append To' as const] };
    const refused = [{ name: 'new_Campaign@odata.bind', why: 'not-permitted' as const }];
    const strict = { table: { known: { ...table, unbindable } }, refused };
    const { faults, record } = attempt({ lookups: { new_campaign: CAMPAIGN } }, strict);
    expect(faults).toEqual([
      faultAt('/mapping/lookups/new_campaign', 'lack Append on leads and Append To on the table campaign'),
    ]);
    expect(record).not.toHaveProperty('new_Campaign@odata.bind');
  });

  test('without fault shows the record of an invented lead, and when the organization was asked', () => {
    const mapping = { columns: { contoso_note: 'offer' }, lookups: { new_campaign: CAMPAIGN } } as const;
    const preview = attempt(mapping);
    expect(preview).toMatchObject({ faults: [], unchecked: [], readAt: READ_AT.toISOString() });
    expect(preview.record).toMatchObject({
      contoso_note: 'contoso.contoso-analytics',
      'new_Campaign@odata.bind': CAMPAIGN,
      lastname: 'Anders',
    });
  });

  test('shows the record of the lead that is given', () => {
    const lead = readMarketplaceLead({ userDetails: { LastName: 'Trujillo' } });
    expect(tryMapping({}, KNOWN, lead).record).toMatchObject({ lastname: 'Trujillo' });
  });

  test.each<[string, Mapping, object, string]>([
    [
      'a lookup that is misspelt',
      { lookups: { new_Champagne: CAMPAIGN } },
      faultAt('/mapping/lookups/new_Champagne', 'to records of that table refer new_Campaign'),
      'new_Champagne@odata.bind',
    ],
    [
      'an option that there is not',
      { constants: { contoso_tier: 9 } },
      faultAt('/mapping/constants/contoso_tier', 'none of its options (7 Gold)'),
      'contoso_tier',
    ],
    [
      'a secured column',
      { columns: { contoso_closed: 'offer' } },
      faultAt('/mapping/columns/contoso_closed', 'is secured'),
      'contoso_closed',
    ],
    [
      'a column that is not valid for create',
      { columns: { contoso_made: 'offer' } },
      faultAt('/mapping/columns/contoso_made', 'cannot be filled when a lead is made'),
      'contoso_made',
    ],
    [
      'a value of this lead that does not fit',
      { targets: { title: 'contoso_seats' } },
      faultAt('/mapping/targets/title', 'is not a whole number', 'in-description'),
      'contoso_seats',
    ],
  ])('names the entry of %s, and shows the record without it', (_case, mapping, fault, name) => {
    const { faults, record, unchecked } = attempt(mapping);
    expect(faults).toEqual([fault]);
    expect(record).not.toHaveProperty([name]);
    expect(unchecked).toEqual([]);
  });

  test('leaves out a lookup whose record has gone', () => {
    const records = new Map([[CAMPAIGN, { known: false }]]);
    const { faults, record } = attempt({ lookups: { new_campaign: CAMPAIGN } }, { records });
    expect(faults).toEqual([faultAt('/mapping/lookups/new_campaign', `${CAMPAIGN}, is not there`)]);
    expect(record).not.toHaveProperty(['new_Campaign@odata.bind']);
  });

  test('leaves out what Dynamics refused a short while ago, of the mapping and of the standard record', () => {
    const refused = [
      { name: 'contoso_note', value: 'spring', why: 'value' as const },
      { name: 'subject', why: 'secured' as const },
      // Neither is in this record.
      { name: 'contoso_tier', why: 'unknown' as const },
      { name: 'lastname', value: 'Trujillo', why: 'value' as const },
      { name: 'new_Campaign@odata.bind', value: '/campaigns(another)', why: 'missing-record' as const },
    ];
    const { faults, record } = attempt(
      { constants: { contoso_note: 'spring' }, lookups: { new_campaign: CAMPAIGN } },
      { refused },
    );
    expect(faults).toEqual([
      faultAt('/mapping/constants/contoso_note', 'refuses the value "spring"'),
      faultAt('/mapping', '"subject" is secured'),
    ]);
    expect(record).not.toHaveProperty('contoso_note');
    expect(record).toHaveProperty(['new_Campaign@odata.bind'], CAMPAIGN);
    expect(record).not.toHaveProperty('subject');
  });

  test('says it where the standard record has a secured column', () => {
    const known = { ...table, secured: { companyname: 'not-permitted' as const } };
    const lead = readMarketplaceLead({ userDetails: { company: 'Fabrikam' } });
    const { faults, record } = tryMapping({}, { ...KNOWN, table: { known } }, lead);
    expect(faults).toEqual([faultAt('/mapping', '"companyname" is secured')]);
    expect(record).not.toHaveProperty('companyname');
    expect(record['description']).toContain('Company in full: Fabrikam');
  });

  test('for an organization without a lead table says that no lead is written', () => {
    const { faults } = attempt({}, { table: { known: null } });
    expect(faults).toEqual([faultAt('/mapping', 'no lead table', 'lead-refused')]);
  });

  test.each<[string, Mapping, Partial<KnownForTrial>, string, string]>([
    [
      'the organization was not read',
      {},
      { table: { unknown: 'The secret has expired.' }, readAt: undefined },
      '/mapping',
      'could not be checked against the organization. The secret has expired.',
    ],
    ['it could not be asked anew', {}, { stale: 'It is away.' }, '/mapping', 'It is away.'],
    [
      'the role may not read relationships',
      { lookups: { new_campaign: CAMPAIGN } },
      { table: { known: { columns: table.columns, secured: {} } } },
      '/mapping/lookups/new_campaign',
      'may not read which lookups leads have',
    ],
    [
      'the role may not read the record of a lookup',
      { lookups: { new_campaign: CAMPAIGN } },
      { records: new Map([[CAMPAIGN, { unknown: 'The role may not read it.' }]]) },
      '/mapping/lookups/new_campaign',
      'could not be looked up. The role may not read it.',
    ],
    [
      'a lookup is bound to a record of what may be another table',
      { lookups: { new_campaign: `/accounts${ID}` } },
      { records: new Map([[`/accounts${ID}`, { known: true }]]) },
      '/mapping/lookups/new_campaign',
      'is of a table that the lookup "new_Campaign" refers to',
    ],
    [
      'nobody looked the record of a lookup up',
      { lookups: { new_campaign: CAMPAIGN } },
      { records: new Map() },
      '/mapping/lookups/new_campaign',
      'could not be looked up.',
    ],
    [
      'the role may not read what is secured',
      { columns: { contoso_closed: 'offer' } },
      { table: { known: { ...table, secured: { contoso_closed: 'unknown' } } } },
      '/mapping/columns/contoso_closed',
      'could not be read whether the user of this connection may fill it',
    ],
  ])('says what is not checked where %s', (_case, mapping, changes, pointer, what) => {
    const { unchecked, faults } = attempt(mapping, changes);
    expect(faults).toEqual([]);
    expect(unchecked).toEqual([
      expect.objectContaining({ pointer, what: expect.stringContaining(what), remedy: expect.any(String) }),
    ]);
  });

  const anyName = fc.constantFrom(...Object.keys(table.columns), 'contoso_missing', 'leadid');
  test('has nothing in its record that is closed, and each fault and gap is at an entry of it', () => {
    fc.assert(
      fc.property(
        fc.record({
          constants: fc.dictionary(anyName, fc.oneof(fc.string(), fc.integer(), fc.boolean())),
          targets: fc.dictionary(fc.constantFrom(...LeadField.options), anyName),
          columns: fc.dictionary(anyName, fc.constantFrom(...LeadFact.options)),
          lookups: fc.dictionary(
            fc.constantFrom('new_Campaign', 'new_campaign', 'nothing'),
            fc.constant(CAMPAIGN),
          ),
        }),
        fc.constantFrom<Partial<KnownForTrial>>(
          {},
          { table: { unknown: 'It is away.' } },
          { records: new Map() },
          { records: new Map([[CAMPAIGN, { known: false }]]) },
        ),
        (mapping, changes) => {
          const { record, faults, unchecked } = attempt(mapping, changes);
          const whole = { mapping } as Record<string, unknown>;
          for (const { pointer } of [...faults, ...unchecked]) {
            const entry = pointer
              .split('/')
              .slice(1)
              .reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], whole);
            expect(entry).toBeDefined();
          }
          expect(record['leadid']).not.toBe('');
          for (const closed of ['contoso_closed', 'contoso_made'])
            if (!changes.table) expect(record).not.toHaveProperty(closed);
        },
      ),
    );
  });
});

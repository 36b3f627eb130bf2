import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeadRow, Mail } from '@leads/testing';
import { judgeLead } from './judge-lead.ts';
import type { Expectation, Posted } from './judge-lead.ts';

const leadId = '0b9e2a4e-6f0e-4bb7-9d0f-1a2b3c4d5e6f';
const contacts = ['sales@contoso.example', 'marketing@contoso.example'];
const posted: Posted = {
  sample: 'lead.json',
  postedAt: Date.parse('2026-01-01T00:00:00.000Z'),
  httpStatus: 202,
  acceptedMs: 7.4,
  leadId,
  repeatLeadId: leadId,
};
const expectation: Expectation = {
  columns: { lastname: 'Trujillo', jobtitle: null, donotemail: false },
  description: ['AzureMarketplace'],
};
const record = {
  leadid: leadId,
  createdon: '2026-01-01T00:00:00.200Z',
  lastname: 'Trujillo',
  description: 'Lead source: AzureMarketplace',
} satisfies LeadRow;
const mail: Mail = {
  id: '1',
  messageId: '<1@example>',
  receivedAt: '2026-01-01T00:00:00.500Z',
  from: 'leads@localhost.example',
  to: contacts.slice(0, 1),
  subject: '',
  text: '',
  html: '',
  headers: { 'x-lead-id': leadId },
};
const mails = contacts.map((contact) => ({ ...mail, to: [contact] }));

function statusOf(change: {
  posted?: Partial<Posted>;
  expectation?: Expectation | undefined;
  rows?: LeadRow[];
  mails?: Mail[];
}): string {
  const wanted = 'expectation' in change ? change.expectation : expectation;
  return judgeLead(
    { ...posted, ...change.posted },
    wanted,
    change.rows ?? [record],
    change.mails ?? mails,
    contacts,
  ).status;
}

describe('a posted sample', () => {
  test('that arrived once and as expected is written, with its times', () => {
    expect(judgeLead(posted, expectation, [record], mails, contacts)).toEqual({
      sample: 'lead.json',
      leadId,
      status: 'written',
      crmId: leadId,
      acceptedMs: 7,
      writtenMs: 200,
      mailedMs: 500,
    });
  });

  test('without a record, or without a mail, is missing', () => {
    expect(statusOf({ rows: [] })).toBe('missing');
    expect(statusOf({ mails: [] })).toBe('missing');
    expect(statusOf({ mails: mails.slice(1) })).toBe('missing');
  });

  test('with two records, two mails, or a repeat that became another lead, is doubled', () => {
    expect(statusOf({ rows: [record, { ...record, leadid: 'another', description: `${leadId} ` }] })).toBe(
      'doubled',
    );
    expect(statusOf({ mails: [...mails, mail] })).toBe('doubled');
    expect(statusOf({ posted: { repeatLeadId: 'another' } })).toBe('doubled');
  });

  test('with a wrong or an unexpected value, a gap in the description or a mail to several contacts is wrong', () => {
    expect(statusOf({ rows: [{ ...record, lastname: 'Truillo' }] })).toBe('wrong');
    expect(statusOf({ rows: [{ ...record, jobtitle: 'Owner' }] })).toBe('wrong');
    expect(statusOf({ rows: [{ ...record, donotemail: true }] })).toBe('wrong');
    expect(statusOf({ rows: [{ ...record, description: '' }] })).toBe('wrong');
    expect(statusOf({ mails: [{ ...mail, to: contacts }] })).toBe('wrong');
    expect(statusOf({ expectation: undefined })).toBe('wrong');
  });

  test('that the gateway did not accept is refused', () => {
    expect(statusOf({ posted: { httpStatus: 404, leadId: undefined } })).toBe('refused');
  });
});

test('every sample has an expectation, and every expectation a sample', () => {
  const folder = join(import.meta.dirname, '..', '..', 'libs', 'contracts', 'samples');
  const expected = JSON.parse(readFileSync(join(folder, 'marketplace-expected.json'), 'utf8')) as object;
  expect(Object.keys(expected).sort()).toEqual(readdirSync(join(folder, 'marketplace')).sort());
});

/** Every route of the portal's API, a line or two each: what a route takes and answers is a schema's name or schema. */
import {
  AuditPage,
  LeadAddress,
  LeadDetail,
  LeadFilter,
  LeadPage,
  Lanes,
  LiveEvent,
  Offer,
  Offers,
  PublisherFacts,
  PublisherRegistration,
  Replay,
  ReplayOrder,
  Session,
  Statistics,
  Validation,
} from '@leads/contracts/portal-api';
import { z } from 'zod';
import { LeadListQuery } from '../leads/lead-query.ts';
import { StatisticsQuery } from '../statistics/statistics.controller.ts';

/** What bodies and answers are made of, by the names that the document gives them. */
export const schemas = {
  AuditPage,
  LeadAddress,
  LeadDetail,
  LeadPage,
  Lanes,
  LiveEvent,
  Offer,
  Offers,
  PublisherFacts,
  PublisherRegistration,
  Replay,
  ReplayOrder,
  Session,
  Statistics,
  Validation,
} satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof schemas;

export interface Operation {
  summary: string;
  /** Query parameters. */
  query?: z.ZodObject;
  /** `forwarded`: as the service behind has it. */
  body?: SchemaName | 'forwarded';
  /** 200 unless told. */
  status?: number;
  /** A JSON answer's schema, or another media type; none: nothing is answered, or what the service behind answers. */
  answer?: SchemaName | `text/${string}`;
}

const AuditQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional().describe('`nextCursor` of the page before.'),
});

export const operations: Record<string, Operation> = {
  'GET /api/session': { summary: 'Who is signed in.', answer: 'Session' },
  'POST /api/publisher': {
    summary: 'Registers the publisher of a directory, once.',
    body: 'PublisherRegistration',
    status: 201,
    answer: 'PublisherFacts',
  },
  'GET /api/offers': { summary: 'Every offer with its lead destination.', answer: 'Offers' },
  'GET /api/offers/{connectionId}': { summary: 'One offer.', answer: 'Offer' },
  'GET /api/leads': { summary: 'Leads, newest first, by pages.', query: LeadListQuery, answer: 'LeadPage' },
  'GET /api/leads/{leadId}': { summary: 'One lead with its timeline.', answer: 'LeadDetail' },
  'GET /api/leads.csv': {
    summary: 'Everything that the filter shows, as a file for spreadsheets.',
    query: LeadFilter,
    answer: 'text/csv',
  },
  'POST /api/replays': {
    summary: 'Has dead leads delivered again: those that are named, or all that a filter shows.',
    body: 'ReplayOrder',
    status: 202,
    answer: 'Replay',
  },
  'GET /api/replays/{replayId}': { summary: 'How far a replay has come.', answer: 'Replay' },
  'GET /api/offers/{connectionId}/validation': { summary: 'The newest Validate.', answer: 'Validation' },
  'GET /api/offers/{connectionId}/validations/{validationId}': {
    summary: 'One Validate.',
    answer: 'Validation',
  },
  'GET /api/lanes': { summary: 'How the lanes stand.', answer: 'Lanes' },
  'GET /api/statistics': {
    summary: 'Throughput and latency.',
    query: StatisticsQuery,
    answer: 'Statistics',
  },
  'GET /api/events': {
    summary: 'What changes, as it changes: server-sent events whose names and data are those of `LiveEvent`.',
    answer: 'text/event-stream',
  },
  'GET /api/audit': { summary: 'Who did what, newest first.', query: AuditQuery, answer: 'AuditPage' },
  'GET /api/openapi.json': { summary: 'This document.' },
  ...forwarded({
    'GET /api/connections': 'Every connection.',
    'POST /api/connections': 'Creates a connection as a draft.',
    'GET /api/connections/{id}': 'One connection.',
    'PUT /api/connections/{id}': 'Changes the details.',
    'DELETE /api/connections/{id}': 'Deletes for good.',
    'PUT /api/connections/{id}/secret': 'Replaces the secret.',
    'POST /api/connections/{id}/publish': 'Takes leads in from now on.',
    'POST /api/connections/{id}/unpublish': 'Takes leads in no more.',
    'POST /api/connections/{id}/pause': 'Takes leads in and keeps them waiting.',
    'POST /api/connections/{id}/resume': 'Writes what waited, and new leads as they come.',
    'POST /api/connections/{id}/rotate-address-key': 'Makes a new lead address; the old one stops at once.',
    'POST /api/connections/{id}/validate': 'Starts a Validate.',
    'GET /api/connections/{id}/versions': 'Every version, newest first.',
    'GET /api/connections/{id}/versions/{version}': 'One version.',
    'POST /api/connections/{id}/versions/{version}/restore': 'Brings the details of a version back.',
    'GET /api/connections/{id}/audit': 'Who did what to the connection, newest first.',
  }),
  'GET /api/connections/{id}/lead-address': {
    summary: 'The address to paste into Partner Center, for who may see it.',
    answer: 'LeadAddress',
  },
};

/** Routes that the service of connections answers: its own document has their bodies and answers. */
function forwarded(summaries: Record<string, string>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(summaries).map(([route, summary]) => {
      const isWrite = /^(?:POST \/api\/connections$|PUT )/.test(route);
      return [route, { summary, ...(isWrite && { body: 'forwarded' }) } satisfies Operation];
    }),
  );
}

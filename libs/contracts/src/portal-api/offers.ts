/** Offers with their lead destination. */
import { z } from 'zod';
import { Authentication } from '../connection-events.ts';
import { Reason } from '../lead-events.ts';
import { At } from './at.ts';
import { Contact } from './contacts.ts';
import { PublisherFacts } from './publishers.ts';

/** `GET /api/connections/{connectionId}/lead-address`, for owners and operators; the only answer that has it. */
export const LeadAddress = z.object({ leadAddress: z.url() }).meta({ id: 'LeadAddress' });
export type LeadAddress = z.infer<typeof LeadAddress>;

/** accepted = written + pending + dead + removed; test leads are in none of them. */
export const Counts = z.object({
  accepted: z.int().nonnegative(),
  written: z.int().nonnegative(),
  pending: z.int().nonnegative(),
  dead: z.int().nonnegative(),
  /** Dead ones that have gone because they were old; absent where none has. */
  removed: z.int().positive().optional(),
});
export type Counts = z.infer<typeof Counts>;

/** How an offer's lead destination is: `failing` while its lane is broken, `throttled` while it waits as it was told. */
export const OfferHealth = z.enum(['draft', 'healthy', 'warning', 'throttled', 'failing', 'paused']);
export type OfferHealth = z.infer<typeof OfferHealth>;

/** What is the matter: what happened, what to do, since when, and as part of which incident. */
export const Problem = Reason.extend({
  since: At,
  incidentId: z.uuid().optional(),
  /** Of an incident: a `Trouble`, or a word that a newer service made. */
  kind: z.string().optional(),
  /** Customers' leads of this connection that wait because of the incident, or are dead because of it, by now. */
  leads: z.object({ waiting: z.int().nonnegative(), dead: z.int().nonnegative() }).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** One offer with its lead destination: `GET /api/offers`, `GET /api/offers/{connectionId}`. */
export const Offer = z
  .object({
    connectionId: z.uuid(),
    publisher: PublisherFacts,
    offer: z.object({ id: z.string(), title: z.string() }),
    leadDestination: z.literal('dynamics-365'),
    url: z.url(),
    authentication: Authentication,
    contactEmails: z.array(z.string()),
    /** Of those of them whose standing is known. */
    contacts: z.array(Contact).optional(),
    state: z.enum(['draft', 'published', 'paused']),
    version: z.int().positive(),
    changedAt: At,
    health: OfferHealth,
    /** What is the matter where health is `failing` or `warning`: the worst of it. */
    problem: Problem.optional(),
    counts: Counts,
    lastLeadAt: At.optional(),
    /** The newest Validate that has ended. */
    lastValidation: z.object({ at: At, passed: z.boolean() }).optional(),
  })
  .meta({ id: 'Offer' });
export type Offer = z.infer<typeof Offer>;
export const Offers = z.object({ offers: z.array(Offer) }).meta({ id: 'Offers' });
export type Offers = z.infer<typeof Offers>;

/** A connection: where one offer's leads go. What services may know of it, never what opens it. */
import { z } from 'zod';

export const Authentication = z.enum(['azure-active-directory', 'office-365']);
export type Authentication = z.infer<typeof Authentication>;

/** Public facts of one connection at one version. A consumer ignores a version not above the one it has. */
export const ConnectionChanged = z.object({
  connectionId: z.uuid(),
  version: z.int().positive(),
  changedAt: z.iso.datetime(),
  publisher: z.object({ id: z.string(), name: z.string() }),
  offer: z.object({ id: z.string(), title: z.string() }),
  leadDestination: z.literal('dynamics-365'),
  /** The organisation's origin, e.g. `https://contoso.crm4.dynamics.com`. */
  url: z.url(),
  authentication: Authentication,
  contactEmails: z.array(z.email()),
  /** `draft` until published; a `deleted` connection stays as a tombstone. */
  state: z.enum(['draft', 'published', 'paused', 'deleted']),
  /** SHA-256 of the gateway address key, lower-case hex: enough to recognise a key, not to make one. */
  addressKeyHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Raised by one whenever the secret is replaced, so that a token got with an older one is dropped. */
  secretVersion: z.int().positive(),
});
export type ConnectionChanged = z.infer<typeof ConnectionChanged>;

/** A check of a running Validate, as it happens. */
export const ValidationStep = z.object({
  validationId: z.uuid(),
  connectionId: z.uuid(),
  at: z.iso.datetime(),
  check: z.string(),
  status: z.enum(['started', 'passed', 'warning', 'failed', 'finished']),
  tookMs: z.number().nonnegative(),
  cause: z.string().optional(),
  remedy: z.string().optional(),
});
export type ValidationStep = z.infer<typeof ValidationStep>;

/** Something a publisher's contacts should know of. */
export const Alert = z.object({
  alertId: z.uuid(),
  connectionId: z.uuid(),
  at: z.iso.datetime(),
  kind: z.enum(['connection-failing', 'connection-restored', 'secret-expiring', 'record-quarantined']),
  what: z.string(),
  remedy: z.string(),
});
export type Alert = z.infer<typeof Alert>;

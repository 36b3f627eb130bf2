/**
 * What crosses between the portal and its console, and everything else that uses the portal's API: one schema a shape.
 *
 * Times are ISO 8601 in UTC, ids are UUIDs. Errors are application/problem+json (RFC 9457) with `title`, `detail` and,
 * where fields are at fault, `errors: [{pointer, detail}]`.
 */
export * from './audit.ts';
export * from './contacts.ts';
export * from './incidents.ts';
export * from './kept-posts.ts';
export * from './lanes.ts';
export * from './leads.ts';
export * from './live-events.ts';
export * from './offers.ts';
export * from './publishers.ts';
export * from './replays.ts';
export * from './retention.ts';
export * from './session.ts';
export * from './statistics.ts';
export * from './validations.ts';

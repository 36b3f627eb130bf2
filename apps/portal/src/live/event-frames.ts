/** Server-sent events as text (WHATWG HTML, 9.2: Server-sent events); pure. */

import type { Scope } from '../access/scope.ts';

/** One change as the feed has it. */
export interface Change {
  /** Ids become visible in their order, with gaps. */
  id: number;
  /** Whom it is for besides operators; `null`: operators alone. */
  publisherId: string | null;
  /** The name of a `LiveEvent`. */
  event: string;
  /** The id of what it is about: a later change of the same tells all that an earlier one did. */
  about: string;
  /** The event's data, JSON without line breaks. */
  data: string;
}

/** Whether somebody may be told of a change. */
export function isFor(scope: Scope, { publisherId }: Pick<Change, 'publisherId'>): boolean {
  return scope === 'everybody' || scope.publisherId === publisherId;
}

/** How long a browser waits before it connects anew, in milliseconds. */
const RETRY_MS = 2_000;

export function frameOf({ id, event, data }: Change): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}

/** Everything is to be read anew; what comes after `id` is told by events again. */
export function reloadFrame(id: number): string {
  return `id: ${id}\nevent: reload\ndata: {}\n\n`;
}

/** Opens a stream. */
export const OPENING = `retry: ${RETRY_MS}\n\n`;

/**
 * Says nothing but where the client stands: an id without data raises no event, and is what a reconnect sends.
 */
export function positionFrame(id: number): string {
  return `: still here\nid: ${id}\n\n`;
}

/** Reads the id that a reconnect sends; `undefined` where it is none of ours. */
export function readLastId(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) return undefined;
  return Number(value);
}

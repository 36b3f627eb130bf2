/** What every operation of the Web API gets to work with. */
import type { Incoming } from '../http/exchange.ts';
import { header } from '../http/exchange.ts';
import type { Surroundings } from './surroundings.ts';
import { badPayload } from './errors.ts';
import type { Organization } from './organization.ts';
import type { SystemUser } from './system-user.ts';

export interface Call {
  readonly world: Surroundings;
  readonly organization: Organization;
  readonly user: SystemUser;
  readonly request: Incoming;
  /** Path below `/api/data/v9.x/`, decoded: `leads(…)`. */
  readonly resource: string;
  /** What absolute links begin with: `https://contoso.crm4.dynamics.com/api/data/v9.2`. */
  readonly root: string;
  /** The organisation's clock, ms. */
  readonly now: number;
  /** What the request has cost so far: rows and operations, and the time that plug-ins took, ms. */
  readonly cost: { rows: number; pluginMs: number };
}

/** The body as JSON; Dataverse's refusal when it is none. */
export function jsonBody(request: Incoming): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch (error) {
    throw badPayload(`Invalid JSON. ${(error as Error).message.slice(0, 120)}`);
  }
}

const PREFERENCE = /(?:^|,)\s*return\s*=\s*"?representation"?/;

export const wantsRepresentation = (request: Incoming): boolean => PREFERENCE.test(header(request, 'prefer'));

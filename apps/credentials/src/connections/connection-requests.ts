/** What requests about a connection carry, each checked before the route's method is called. */
import { Body, Inject, Injectable, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import {
  type ConnectionFields,
  type Entered,
  type FieldRules,
  fieldSchemas,
  KNOWN_REGIONS,
  type NewConnectionFields,
  readConnectionChange,
  readNewConnection,
} from '@leads/contracts/connection-details';
import { MOST_OVERLAP_DAYS } from '@leads/contracts';
import { CheckedParam, IdParam, IfMatch, wholeNumber } from '@leads/service';
import { FIELD_RULES, fieldRules } from './field-rules.ts';
import { notAccepted, unknownConnection, unknownVersion } from './connection-problems.ts';

/** The connection in the path. */
export const ConnectionId = (): ParameterDecorator => IdParam('id', unknownConnection);

/** Which connections are listed. */
export const ConnectionsQuery = z.object({
  publisherId: z
    .string()
    .min(1)
    .max(50)
    .optional()
    .describe("One publisher's alone, however its ID is spelled."),
  limit: wholeNumber(1, 500, 500).describe('How many to a page.'),
  after: z.uuid().optional().describe('The ID that the page before ended with.'),
});
export type ConnectionsQuery = z.infer<typeof ConnectionsQuery>;

/** The number of a version in the path. */
export const Version = (): ParameterDecorator =>
  CheckedParam('version', wholeNumber(1, 999_999_999), unknownVersion);

/** The version that the change was made on: welcome everywhere, needed where another's work could be overwritten. */
export const Expected = (options: { needed?: boolean } = {}): ParameterDecorator =>
  IfMatch('connection', options);

// The document shows the fields with the built-in regions; what is checked is checked with those of the settings.
const { details, secret } = fieldSchemas(fieldRules(KNOWN_REGIONS, '2026-01-01'));
const NewConnection = z.xor(details).meta({ id: 'NewConnection', description: 'With its secret.' });
const ConnectionChange = z
  .xor(details)
  .meta({ id: 'ConnectionChange', description: 'A secret that is left away stays.' });
const Secret = z.xor(secret).meta({ id: 'Secret' });
const Restoration = z
  .xor(secret)
  .optional()
  .meta({ id: 'Restoration', description: 'Only where the secret at hand belongs elsewhere.' });

/** For how many days a replaced lead address works unless it is told. */
export const OVERLAP_DAYS = 7;

/** How a lead address is replaced. */
export const Rotation = z
  .strictObject({
    overlapDays: z
      .int()
      .min(0)
      .max(MOST_OVERLAP_DAYS)
      .optional()
      .describe('For how many days the old address works beside the new one; 0: it stops at once.'),
  })
  .nullish()
  .meta({ id: 'Rotation' });
export type Rotation = z.infer<typeof Rotation>;

@Injectable()
class NewConnectionPipe implements PipeTransform<unknown, NewConnectionFields> {
  constructor(@Inject(FIELD_RULES) private readonly rules: () => FieldRules) {}

  transform(body: unknown): NewConnectionFields {
    return fieldsOf(readNewConnection(body, this.rules()));
  }
}

@Injectable()
class ConnectionChangePipe implements PipeTransform<unknown, ConnectionFields> {
  constructor(@Inject(FIELD_RULES) private readonly rules: () => FieldRules) {}

  transform(body: unknown): ConnectionFields {
    return fieldsOf(readConnectionChange(body, this.rules()));
  }
}

/** The fields of a new connection. */
export const NewFields = (): ParameterDecorator =>
  Body({ schema: NewConnection, pipes: [NewConnectionPipe] });

/** All fields of a connection as they are to be. */
export const ChangedFields = (): ParameterDecorator =>
  Body({ schema: ConnectionChange, pipes: [ConnectionChangePipe] });

/** A secret, `unknown` until it is known which kind the connection has. */
export const SecretBody = (): ParameterDecorator => Body({ schema: Secret });

/** Nothing, or the secret that earlier details need, `unknown` until it is known which. */
export const RestorationBody = (): ParameterDecorator => Body({ schema: Restoration });

/** @throws ProblemError 422 with every fault */
export function fieldsOf<Fields>(entered: Entered<Fields>): Fields {
  if (entered.ok) return entered.fields;
  throw notAccepted(entered.faults);
}

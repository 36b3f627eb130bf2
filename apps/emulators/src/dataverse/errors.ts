/**
 * Dataverse's error answers. Codes and wording as documented or as seen in the field; whoever reads them
 * should go by status and code, for the words change.
 */
import { json, type Reply } from '../http/exchange.ts';
import type { SystemUser } from './system-user.ts';

/** A refusal on its way to the caller; thrown anywhere below the organisation's walk. */
export class DataverseError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function errorReply(error: DataverseError): Reply {
  const reply = json(
    error.status,
    { error: { code: error.code, message: error.message } },
    'application/json; odata.metadata=minimal',
  );
  return { ...reply, headers: { ...reply.headers, ...error.headers } };
}

export const badPayload = (detail: string): DataverseError =>
  new DataverseError(
    400,
    '0x80048d19',
    `Error identified in Payload provided by the user for Entity :'leads', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : Microsoft.OData.ODataException: ${detail}`,
  );

export const undeclaredProperty = (name: string): DataverseError =>
  badPayload(
    `An undeclared property '${name}' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.`,
  );

export const invalidProperty = (name: string): DataverseError =>
  new DataverseError(
    400,
    '0x80048d19',
    `An error occurred while validating input parameters: Microsoft.OData.ODataException: Invalid property '${name}' was found in entity 'Microsoft.Dynamics.CRM.lead'.`,
  );

export const unknownProperty = (name: string): DataverseError =>
  new DataverseError(
    400,
    '0x80060888',
    `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.lead'.`,
  );

export const badQuery = (message: string): DataverseError => new DataverseError(400, '0x80060888', message);

export const tooLong = (column: string, limit: number): DataverseError =>
  new DataverseError(
    400,
    '0x80044331',
    `A validation error occurred.  The length of the '${column}' attribute of the 'lead' entity exceeded the maximum allowed length of '${limit}'.`,
  );

// Its code is not known: see the open points in docs/emulators.md.
export const invalidCharacter = (column: string, character: string): DataverseError =>
  new DataverseError(
    400,
    '0x80040203',
    `The value of '${column}' cannot be stored: '${character.toWellFormed()}', hexadecimal value 0x${character
      .charCodeAt(0)
      .toString(16)
      .toUpperCase()
      .padStart(2, '0')}, is an invalid character.`,
  );

export const outOfRange = (column: string, value: number, accepted: readonly number[]): DataverseError =>
  new DataverseError(
    400,
    '0x8004431A',
    `A validation error occurred.  The value ${value} of '${column}' on record of type 'lead' is outside the valid range. Accepted Values: ${accepted.join(',')}`,
  );

export const missingColumn = (column: string): DataverseError =>
  new DataverseError(400, '0x80040200', `The required field '${column}' is missing.`);

export const duplicatePrimaryKey = (): DataverseError =>
  new DataverseError(
    412,
    '0x80040237',
    'A record with matching key values already exists.  SQL integrity violation: Cannot insert duplicate key.',
  );

export const duplicateEntityKey = (key: string, columns: readonly string[]): DataverseError =>
  new DataverseError(
    412,
    '0x80060892',
    `Entity Key ${key} violated. A record with the same value for ${columns.join(', ')} already exists. A duplicate record cannot be created. Select one or more unique values and try again.`,
  );

export const keyNotDefined = (): DataverseError =>
  new DataverseError(
    400,
    '0x8006088a',
    "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.lead'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource 'Microsoft.Dynamics.CRM.lead'.",
  );

export const recordNotFound = (table: string, id: string): DataverseError =>
  new DataverseError(404, '0x80040217', `Entity '${table}' With Id = ${id} Does Not Exist`);

export const leadNotFound = (id: string): DataverseError => recordNotFound('lead', id);

export const keyNotFound = (): DataverseError =>
  new DataverseError(
    404,
    '0x80060891',
    'A record with the specified key values does not exist in lead entity',
  );

export const segmentNotFound = (segment: string): DataverseError =>
  new DataverseError(404, '0x8006088a', `Resource not found for the segment '${segment}'.`);

export const preconditionExists = (): DataverseError =>
  new DataverseError(412, '0x80060892', 'A record with matching key values already exists.');

export const versionMismatch = (): DataverseError =>
  new DataverseError(
    412,
    '0x80060882',
    "The version of the existing record doesn't match the RowVersion property provided.",
  );

export const methodNotAllowed = (): DataverseError =>
  new DataverseError(405, '0x80060888', 'The requested resource does not support this http method.');

export const missingPrivilege = (
  user: SystemUser,
  privilege: string,
  privilegeId: string,
  table: string,
): DataverseError =>
  new DataverseError(
    403,
    '0x80040220',
    `Principal user (Id=${user.systemuserid}, type=8, roleCount=${user.roles.length}, privilegeCount=${user.privileges.size}, accessMode=${user.applicationId ? 4 : 0}) is missing ${privilege} privilege (Id=${privilegeId}) for entity '${table}'. Consider adding missed privilege to one of the principal (user/team) roles.`,
  );

export const noRecordAccess = (user: SystemUser, right: string, id: string): DataverseError =>
  new DataverseError(
    403,
    '0x80040220',
    `Principal with id ${user.systemuserid} does not have ${right} right(s) for record with id ${id} of entity lead`,
  );

export const noRoles = (user: SystemUser): DataverseError =>
  new DataverseError(
    403,
    '0x80042f09',
    `SecLib::RetrievePrivilegeForUser failed - no roles are assigned to user. Returned hr = -2147209463, User: ${user.systemuserid}`,
  );

export const notAMember = (): DataverseError =>
  new DataverseError(403, '0x80072560', 'The user is not a member of the organization.');

export const userDisabled = (user: SystemUser): DataverseError =>
  new DataverseError(
    403,
    '0x80040225',
    `The specified user(Id = ${user.systemuserid}) is disabled. Consider enabling this user. Additional Details: {"Exception":"The specified user is disabled"}`,
  );

export const applicationBlocked = (applicationId: string): DataverseError =>
  new DataverseError(
    403,
    '0x80095ffc',
    `Access to Dataverse API is restricted for this application Id ${applicationId}.`,
  );

export const organizationDisabled = (status: number, organizationId: string): DataverseError =>
  new DataverseError(
    status,
    '0x8004a104',
    `The organization with id ${organizationId} is disabled. Reason: The environment was disabled by its administrator.`,
  );

export const administrationMode = (status: number): DataverseError =>
  new DataverseError(
    status,
    '0x80040276',
    'The organization is in administration mode: only system administrators have access.',
  );

// Its code is not known: see the open points in docs/emulators.md.
export const addressBlocked = (address: string): DataverseError =>
  new DataverseError(
    403,
    '0x80095ffe',
    `Access to the environment from the IP address ${address} is blocked by the IP firewall of the organization.`,
  );

export const messageNotAvailable = (message: string): DataverseError =>
  new DataverseError(404, '0x80060888', `Resource not found for the segment '${message}'.`);

export const bodyTooLarge = (): DataverseError =>
  new DataverseError(
    413,
    '0x8004418a',
    'The request is too large. Send fewer or smaller records in one request.',
  );

/** What is wrong with a request: each fault with where it is, in a sentence. */
import type { z } from 'zod';
import { describeMappingFault } from './mapping-fields.ts';

/** One fault: a JSON pointer into the request, and a sentence. */
export interface Fault {
  pointer: string;
  detail: string;
}

export type Entered<Fields> = { ok: true; fields: Fields } | { ok: false; faults: Fault[] };

const METHOD_FIELDS = {
  'azure-active-directory': [
    'applicationId',
    'directoryId',
    'clientSecret',
    'clientSecretExpiresOn',
    'certificate',
  ],
  'office-365': ['userName', 'password'],
} as const;

/** Faults in zod's order, each with its JSON pointer (RFC 6901). */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ pointer: pointerTo(issue.path), detail: describeMappingFault(issue) ?? issue.message }];
    }
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: describeUnknown(key),
    }));
  });
}

function describeUnknown(key: string): string {
  for (const [method, fields] of Object.entries(METHOD_FIELDS)) {
    if ((fields as readonly string[]).includes(key)) {
      return `This field belongs to the authentication ${method}. Leave it away or choose that authentication.`;
    }
  }
  return 'There is no such field. Leave it away or correct its name.';
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What the environment says of the database, and what it comes to: where it is, TLS, or why it cannot be so. */
import { X509Certificate } from 'node:crypto';
import { present } from '@leads/contracts';
import type { DatabaseServer } from '@leads/database';
import { z } from 'zod';

/** Every variable that says how to reach the database; `.env.example` describes each. */
export const databaseVariables = {
  DATABASE_URL: z.string().min(1),
  DATABASE_PASSWORD_FILE: z.string().optional(),
  DATABASE_TLS: z.stringbool('must be true or false').optional(),
  DATABASE_PLAINTEXT_ALLOWED: z.stringbool('must be true or false').optional(),
  DATABASE_CA: z.string().optional(),
  DATABASE_CA_FILE: z.string().optional(),
  /** `production` in the images: a database in clear is refused there. */
  NODE_ENV: z.string().optional(),
};

export type DatabaseVariables = z.infer<z.ZodObject<typeof databaseVariables>>;

/** A combination of variables that cannot be used; its message is one sentence, without any value. */
export class UnusableDatabaseSettings extends Error {}

/** What an address may say of TLS, past the checks here. */
const OF_TLS = /^(ssl|uselibpq)/i;

/**
 * What the variables come to.
 * @param readFile the text of a file that a variable names
 * @throws UnusableDatabaseSettings
 */
export function databaseServer(
  variables: DatabaseVariables,
  readFile: (path: string) => string,
): DatabaseServer {
  const { DATABASE_URL: address } = variables;
  if (!URL.canParse(address) || !/^postgres(ql)?:$/.test(new URL(address).protocol)) {
    throw new UnusableDatabaseSettings(
      'DATABASE_URL is not of the form postgres://user:password@host:port/database.',
    );
  }
  if ([...new URL(address).searchParams.keys()].some((name) => OF_TLS.test(name))) {
    throw new UnusableDatabaseSettings(
      'DATABASE_URL has a parameter about TLS, which is not read there: use DATABASE_TLS and DATABASE_CA_FILE.',
    );
  }
  const url = withPassword(address, variables.DATABASE_PASSWORD_FILE, readFile);
  const ca = readCa(variables, readFile);
  if (variables.DATABASE_TLS === true) return { url, tls: present({ ca }) };
  if (ca !== undefined) {
    throw new UnusableDatabaseSettings('DATABASE_CA is set, and has no use without DATABASE_TLS=true.');
  }
  if (variables.NODE_ENV === 'production' && variables.DATABASE_PLAINTEXT_ALLOWED !== true) {
    throw new UnusableDatabaseSettings(
      'DATABASE_TLS is not true, which production refuses, because leads would pass in clear: set DATABASE_TLS=true, or DATABASE_PLAINTEXT_ALLOWED=true where nobody else reaches the way to the database.',
    );
  }
  return { url };
}

function withPassword(address: string, path: string | undefined, readFile: (path: string) => string): string {
  if (path === undefined) return address;
  const url = new URL(address);
  if (url.password !== '') {
    throw new UnusableDatabaseSettings(
      'The address of the database has a password, and a file with one is named beside it: only one of them can hold.',
    );
  }
  try {
    url.password = encodeURIComponent(readFile(path).trim());
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new UnusableDatabaseSettings(
      `DATABASE_PASSWORD_FILE, or DATABASE_OWNER_PASSWORD_FILE, names a file that cannot be read (${code}).`,
    );
  }
  if (url.password === '' || url.username === '') {
    throw new UnusableDatabaseSettings(
      'DATABASE_PASSWORD_FILE, or DATABASE_OWNER_PASSWORD_FILE, names a file that is empty, or the address has no user.',
    );
  }
  return url.href;
}

function readCa(
  { DATABASE_CA: text, DATABASE_CA_FILE: path }: DatabaseVariables,
  readFile: (path: string) => string,
): string | undefined {
  if (text !== undefined && path !== undefined) {
    throw new UnusableDatabaseSettings(
      'DATABASE_CA and DATABASE_CA_FILE are both set, and only one of them can hold.',
    );
  }
  let ca = text;
  try {
    if (path !== undefined) ca = readFile(path).trim();
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new UnusableDatabaseSettings(`DATABASE_CA_FILE names a file that cannot be read (${code}).`);
  }
  try {
    if (ca !== undefined) new X509Certificate(ca);
  } catch {
    throw new UnusableDatabaseSettings(
      'DATABASE_CA, or the file of DATABASE_CA_FILE, is not PEM text that can be read.',
    );
  }
  return ca;
}

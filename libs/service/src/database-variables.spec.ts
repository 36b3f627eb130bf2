import { beforeAll, describe, expect, test } from '@jest/globals';
import { certificateAuthority } from '@leads/testing/certificates';
import { databaseServer, type DatabaseVariables } from './database-variables.ts';

const LOGIN = ['portal', 's3cret'].join(':');
/** With what would change the meaning of an address. */
const PASSWORD = 'p@ss/w#rd%:?';
const DATABASE_URL = `postgres://${LOGIN}@db.internal:5432/leads`;
let ca: string;
beforeAll(async () => {
  ca = (await certificateAuthority()).certificate;
});

const read = (variables: Partial<DatabaseVariables>) =>
  databaseServer({ DATABASE_URL, ...variables }, (path) => {
    if (path === '/ca.pem') return `${ca}\n`;
    if (path === '/password') return `${PASSWORD}\n`;
    if (path === '/empty') return '\n';
    throw Object.assign(new Error(path), { code: 'ENOENT' });
  });
const refusal = (variables: Partial<DatabaseVariables>): string => {
  try {
    read(variables);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};

describe('the database of a service', () => {
  test('is reached in clear locally, and under TLS where it is asked for', () => {
    expect(read({})).toEqual({ url: DATABASE_URL });
    expect(read({ DATABASE_TLS: true })).toEqual({ url: DATABASE_URL, tls: {} });
    expect(read({ DATABASE_TLS: true, DATABASE_CA_FILE: '/ca.pem' }).tls).toEqual({ ca: ca.trim() });
    expect(read({ DATABASE_TLS: true, DATABASE_CA: ca }).tls).toEqual({ ca });
  });

  test('is not reached in clear in production, unless that is allowed in so many words', () => {
    expect(refusal({ NODE_ENV: 'production' })).toMatch(
      /^DATABASE_TLS is not true, which production refuses/,
    );
    expect(refusal({ NODE_ENV: 'production', DATABASE_TLS: false })).toMatch(/production refuses/);
    expect(read({ NODE_ENV: 'production', DATABASE_PLAINTEXT_ALLOWED: true })).toEqual({ url: DATABASE_URL });
    expect(read({ NODE_ENV: 'production', DATABASE_TLS: true })).toEqual({ url: DATABASE_URL, tls: {} });
  });

  test('is opened with the password of a file, whatever characters are in it', () => {
    const { url } = read({
      DATABASE_URL: 'postgres://portal@db.internal:5432/leads',
      DATABASE_PASSWORD_FILE: '/password',
    });
    expect(decodeURIComponent(new URL(url).password)).toBe(PASSWORD);
    expect(new URL(url)).toMatchObject({ username: 'portal', host: 'db.internal:5432', pathname: '/leads' });
  });

  test.each([
    [{ DATABASE_PASSWORD_FILE: '/password' }, 'only one of them can hold'],
    [
      { DATABASE_URL: 'postgres://portal@db.internal/leads', DATABASE_PASSWORD_FILE: '/none' },
      'cannot be read (ENOENT)',
    ],
    [{ DATABASE_URL: 'postgres://portal@db.internal/leads', DATABASE_PASSWORD_FILE: '/empty' }, 'is empty'],
    [{ DATABASE_URL: 'postgres://db.internal/leads', DATABASE_PASSWORD_FILE: '/password' }, 'has no user'],
    [{ DATABASE_URL: `${DATABASE_URL}?sslmode=disable`, DATABASE_TLS: true }, 'a parameter about TLS'],
    [{ DATABASE_URL: 'db.internal' }, 'is not of the form'],
    [{ DATABASE_CA: 'x', DATABASE_TLS: true }, 'is not PEM text'],
    [{ DATABASE_CA: 'x', DATABASE_CA_FILE: '/ca.pem', DATABASE_TLS: true }, 'both set'],
    [{ DATABASE_CA_FILE: '/none.pem', DATABASE_TLS: true }, 'cannot be read (ENOENT)'],
    [{ DATABASE_CA_FILE: '/ca.pem' }, 'no use without DATABASE_TLS'],
  ])('is refused with one sentence, which holds no value: %j', (variables, words) => {
    expect(refusal(variables)).toContain(words);
    expect(refusal(variables)).not.toContain('s3cret');
    expect(refusal(variables)).not.toContain(PASSWORD);
  });
});

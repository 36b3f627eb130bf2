/** The keys of one stack, made once and kept in its data folder for nobody else to read. */
import { createPublicKey, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceName } from '@leads/contracts';

export interface Keys {
  /** 32 random bytes in base64: wraps the data keys of the stored secrets. */
  readonly masterKeyFile: string;
  /** JWKS with the public keys of those who may ask for tokens: the writer's. */
  readonly requesterKeysFile: string;
  /** Opens the credentials service's HTTP API to the tools here, as to the scripts of operators; and its file. */
  readonly credentialsApiKey: string;
  readonly credentialsApiKeyFile: string;
  /** JWKS with the public keys of the services, which sign requests and records. */
  readonly serviceKeysFile: string;
  /** The private Ed25519 key of each, a JWK. */
  readonly signingKeyFiles: Readonly<Record<ServiceName, string>>;
  /** 48 random bytes in base64: signs the portal's session cookies. */
  readonly sessionKeyFile: string;
}

/** The services that have a key: all of them. Named here too, since containers run this file on its own. */
export const KEY_HOLDERS = [
  'ingest-gateway',
  'credentials',
  'dynamics-writer',
  'notification',
  'portal',
] as const satisfies readonly ServiceName[];

/**
 * Makes what is missing of the keys in this folder.
 * @param at where each file is, if not all are in the folder itself
 */
export function keepKeys(folder: string, at = (file: string): string => join(folder, file)): Keys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const masterKeyFile = at('master.key');
  const requesterKeysFile = at('requester-keys.json');
  const credentialsApiKeyFile = at('credentials-api.key');
  const serviceKeysFile = at('service-keys.json');
  const sessionKeyFile = at('portal-session.key');

  if (!existsSync(masterKeyFile)) keep(masterKeyFile, randomBytes(32).toString('base64'));
  if (!existsSync(sessionKeyFile)) keep(sessionKeyFile, randomBytes(48).toString('base64'));
  if (!existsSync(credentialsApiKeyFile)) keep(credentialsApiKeyFile, randomBytes(32).toString('base64url'));
  const pairs = KEY_HOLDERS.map((name) => keepKeyPair(name, at(`${name}.jwk.json`)));
  keepKnown(serviceKeysFile, pairs);
  keepKnown(
    requesterKeysFile,
    pairs.filter(({ name }) => name === 'dynamics-writer'),
  );
  const files = Object.fromEntries(pairs.map(({ name, file }) => [name, file]));
  return {
    masterKeyFile,
    requesterKeysFile,
    sessionKeyFile,
    credentialsApiKey: readFileSync(credentialsApiKeyFile, 'utf8').trim(),
    credentialsApiKeyFile,
    serviceKeysFile,
    signingKeyFiles: files as Keys['signingKeyFiles'],
  };
}

/** The public halves together, beside the others that somebody has put there to change keys. */
function keepKnown(file: string, pairs: readonly Pair[]): void {
  const { keys } = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { keys: { kid?: string }[] })
    : { keys: [] };
  const others = keys.filter(({ kid }) => !pairs.some(({ name }) => name === kid));
  const whole = JSON.stringify({ keys: [...pairs.map(({ known }) => known), ...others] });
  if (whole !== JSON.stringify({ keys })) keep(file, whole);
}

interface Pair {
  readonly name: ServiceName;
  readonly file: string;
  /** The public half, a JWK. */
  readonly known: object;
}

/** The Ed25519 pair of a service, whose private half is in a file of its own. */
function keepKeyPair(name: ServiceName, file: string): Pair {
  const about = { kid: name, alg: 'EdDSA', use: 'sig' };
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    keep(file, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...about }));
  }
  const key = JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey;
  return {
    name,
    file,
    known: { ...createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' }), ...about },
  };
}

function keep(path: string, content: string): void {
  writeFileSync(path, `${content}\n`, { mode: 0o600 });
}

// For a deployment of one's own (docs/operate.md): node keys.ts <folder>
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  keepKeys(process.argv[2] ?? '.');
}

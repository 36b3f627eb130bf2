/** The keys of one stack, made once and kept in its data folder for nobody else to read. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Keys {
  /** 32 random bytes in base64: wraps the data keys of the stored secrets. */
  readonly masterKeyFile: string;
  /** JWKS with the public keys of those who may ask for tokens. */
  readonly requesterKeysFile: string;
  /** The writer's private Ed25519 key, a JWK. */
  readonly writerSigningKeyFile: string;
  /** Opens the credentials service's HTTP API. */
  readonly credentialsApiKey: string;
  /** 48 random bytes in base64: signs the portal's session cookies. */
  readonly sessionKeyFile: string;
}

/** How the credentials service knows the writer's key. */
const writerKeyId = 'dynamics-writer';

/** Makes what is missing of the keys in this folder. */
export function keepKeys(folder: string): Keys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const masterKeyFile = join(folder, 'master.key');
  const requesterKeysFile = join(folder, 'requester-keys.json');
  const writerSigningKeyFile = join(folder, 'dynamics-writer.jwk.json');
  const apiKeyFile = join(folder, 'credentials-api.key');
  const sessionKeyFile = join(folder, 'portal-session.key');

  if (!existsSync(masterKeyFile)) keep(masterKeyFile, randomBytes(32).toString('base64'));
  if (!existsSync(sessionKeyFile)) keep(sessionKeyFile, randomBytes(48).toString('base64'));
  if (!existsSync(apiKeyFile)) keep(apiKeyFile, randomBytes(32).toString('base64url'));
  if (!existsSync(requesterKeysFile) || !existsSync(writerSigningKeyFile)) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const about = { kid: writerKeyId, alg: 'EdDSA', use: 'sig' };
    keep(writerSigningKeyFile, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...about }));
    keep(requesterKeysFile, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), ...about }] }));
  }
  return {
    masterKeyFile,
    requesterKeysFile,
    writerSigningKeyFile,
    sessionKeyFile,
    credentialsApiKey: readFileSync(apiKeyFile, 'utf8').trim(),
  };
}

function keep(path: string, content: string): void {
  writeFileSync(path, `${content}\n`, { mode: 0o600 });
}

// The containers' one-shot job runs this file on its own: node keys.ts <folder>
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  keepKeys(process.argv[2] ?? '.');
}

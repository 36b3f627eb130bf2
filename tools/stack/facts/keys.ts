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
  /** Opens the credentials service's HTTP API to the tools here, as to the scripts of operators. */
  readonly credentialsApiKey: string;
  /** JWKS with the public keys of the services that sign requests to others. */
  readonly serviceKeysFile: string;
  /** The private Ed25519 keys of these, each a JWK. */
  readonly portalSigningKeyFile: string;
  readonly credentialsSigningKeyFile: string;
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
  const serviceKeysFile = join(folder, 'service-keys.json');
  const portalSigningKeyFile = join(folder, 'portal.jwk.json');
  const credentialsSigningKeyFile = join(folder, 'credentials.jwk.json');
  const sessionKeyFile = join(folder, 'portal-session.key');

  if (!existsSync(masterKeyFile)) keep(masterKeyFile, randomBytes(32).toString('base64'));
  if (!existsSync(sessionKeyFile)) keep(sessionKeyFile, randomBytes(48).toString('base64'));
  if (!existsSync(apiKeyFile)) keep(apiKeyFile, randomBytes(32).toString('base64url'));
  keepKeyPairs(requesterKeysFile, { [writerKeyId]: writerSigningKeyFile });
  keepKeyPairs(serviceKeysFile, { portal: portalSigningKeyFile, credentials: credentialsSigningKeyFile });
  return {
    masterKeyFile,
    requesterKeysFile,
    writerSigningKeyFile,
    sessionKeyFile,
    credentialsApiKey: readFileSync(apiKeyFile, 'utf8').trim(),
    serviceKeysFile,
    portalSigningKeyFile,
    credentialsSigningKeyFile,
  };
}

/** Ed25519 pairs: the public halves together, each private one in a file of its own, all by their key ids. */
function keepKeyPairs(publicFile: string, privateFiles: Record<string, string>): void {
  if ([publicFile, ...Object.values(privateFiles)].every((file) => existsSync(file))) return;
  const keys = Object.entries(privateFiles).map(([kid, file]) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const about = { kid, alg: 'EdDSA', use: 'sig' };
    keep(file, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...about }));
    return { ...publicKey.export({ format: 'jwk' }), ...about };
  });
  keep(publicFile, JSON.stringify({ keys }));
}

function keep(path: string, content: string): void {
  writeFileSync(path, `${content}\n`, { mode: 0o600 });
}

// The containers' one-shot job runs this file on its own: node keys.ts <folder>
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  keepKeys(process.argv[2] ?? '.');
}

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
  /** Opens the credentials service's HTTP API to the tools here, as to the scripts of operators; and its file. */
  readonly credentialsApiKey: string;
  readonly credentialsApiKeyFile: string;
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

/**
 * Makes what is missing of the keys in this folder.
 * @param at where each file is, if not all are in the folder itself
 */
export function keepKeys(folder: string, at = (file: string): string => join(folder, file)): Keys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const masterKeyFile = at('master.key');
  const requesterKeysFile = at('requester-keys.json');
  const writerSigningKeyFile = at('dynamics-writer.jwk.json');
  const credentialsApiKeyFile = at('credentials-api.key');
  const serviceKeysFile = at('service-keys.json');
  const portalSigningKeyFile = at('portal.jwk.json');
  const credentialsSigningKeyFile = at('credentials.jwk.json');
  const sessionKeyFile = at('portal-session.key');

  if (!existsSync(masterKeyFile)) keep(masterKeyFile, randomBytes(32).toString('base64'));
  if (!existsSync(sessionKeyFile)) keep(sessionKeyFile, randomBytes(48).toString('base64'));
  if (!existsSync(credentialsApiKeyFile)) keep(credentialsApiKeyFile, randomBytes(32).toString('base64url'));
  keepKeyPairs(requesterKeysFile, { [writerKeyId]: writerSigningKeyFile });
  keepKeyPairs(serviceKeysFile, { portal: portalSigningKeyFile, credentials: credentialsSigningKeyFile });
  return {
    masterKeyFile,
    requesterKeysFile,
    writerSigningKeyFile,
    sessionKeyFile,
    credentialsApiKey: readFileSync(credentialsApiKeyFile, 'utf8').trim(),
    credentialsApiKeyFile,
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

// For a deployment of one's own (docs/operate.md): node keys.ts <folder>
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  keepKeys(process.argv[2] ?? '.');
}

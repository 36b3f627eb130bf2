/** Keys with which services prove who sends a request and who published a record: one of each, made anew for a test. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { SERVICES, type ServiceName } from '@leads/contracts';
import {
  readServiceKeys,
  readSigningKey,
  type ServiceKey,
  type SigningKey,
} from '@leads/contracts/service-keys';

/** A pair under a key id, as `portal` or `portal.2027`. */
export function makeKeyPair(kid: string): { key: SigningKey; known: ServiceKey } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const [known] = readServiceKeys(
    JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] }),
  );
  if (!known) throw new Error('There is no key.');
  return { key: readSigningKey(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid })), known };
}

const pairs = new Map(SERVICES.map((service) => [service, makeKeyPair(service)]));
const known = [...pairs.values()].map((pair) => pair.known);

/** What signs records in a service's name, and checks those of all services. */
export function testSigning(service: ServiceName): { key: SigningKey; known: ServiceKey[] } {
  const pair = pairs.get(service);
  if (!pair) throw new Error(`${service} has no key.`);
  return { key: pair.key, known };
}

/** The same keys as files. */
export interface ServiceKeyFiles {
  keysFile: string;
  signingKeyFiles: Record<ServiceName, string>;
  /** The settings of a service that name them. */
  settingsOf: (service: ServiceName) => { SERVICE_KEYS_FILE: string; SERVICE_SIGNING_KEY_FILE: string };
}

/** Writes them into a folder. */
export async function writeServiceKeys(folder: string): Promise<ServiceKeyFiles> {
  const keysFile = `${folder}/service-keys.json`;
  await writeFile(keysFile, JSON.stringify({ keys: known }));
  const files = [...pairs].map(([service, { key }]) => ({
    service,
    key,
    file: `${folder}/${service}.jwk.json`,
  }));
  for (const { key, file } of files) await writeFile(file, JSON.stringify(key), { mode: 0o600 });
  const entries = files.map(({ service, file }) => [service, file]);
  const signingKeyFiles = Object.fromEntries(entries) as ServiceKeyFiles['signingKeyFiles'];
  return {
    keysFile,
    signingKeyFiles,
    settingsOf: (service) => ({
      SERVICE_KEYS_FILE: keysFile,
      SERVICE_SIGNING_KEY_FILE: signingKeyFiles[service],
    }),
  };
}

/** What docker-compose.yml tells its jobs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; docker-compose.yml sets it.`);
  return value;
}

export function seedSettings(): {
  credentialsUrl: string;
  credentialsApiKey: string;
  /** How the job reaches the gateway. */
  gatewayUrl: string;
  /** How the host reaches it. */
  gatewayPublicUrl: string;
  emulatorsPublicUrl: string;
  portalPublicUrl: string;
  /** Where the connection is remembered, for its owner alone. */
  memoryFile: string;
} {
  const keys = required('KEYS_DIR');
  return {
    credentialsUrl: required('CREDENTIALS_URL'),
    credentialsApiKey: readFileSync(join(keys, 'credentials-api.key'), 'utf8').trim(),
    gatewayUrl: required('GATEWAY_URL'),
    gatewayPublicUrl: required('GATEWAY_PUBLIC_URL'),
    portalPublicUrl: required('PORTAL_PUBLIC_URL'),
    emulatorsPublicUrl: required('EMULATORS_PUBLIC_URL'),
    memoryFile: join(keys, 'connection.json'),
  };
}

/** The key of the credentials service's API that `.env` says; without one it is made. */
export function apiKeyOfInstallation(): string | undefined {
  return process.env['CREDENTIALS_API_KEY'] || undefined;
}

/** How a PostgreSQL server is reached: where it is, and by which certificate it is known. */
import { isIP } from 'node:net';
import { SECOND_MS } from '@leads/pacing';
import type pg from 'pg';

export interface DatabaseServer {
  /** `postgres://user:password@host:port/database`, without parameters that speak of TLS. */
  url: string;
  /** TLS; absent, the connection is in clear. The server's certificate and its name are checked always. */
  tls?: {
    /** Who signed the server's certificate, as PEM text; absent: the authorities that Node knows. */
    ca?: string;
  };
}

/** After so long without a word TCP asks whether the server is there still, and soon gives it up. */
const KEEP_ALIVE_MS = 10 * SECOND_MS;
const CONNECT_MS = 5 * SECOND_MS;

/** How every connection of ours is made. */
export function connectionTo({ url, tls }: DatabaseServer): pg.ClientConfig {
  const { hostname } = new URL(url);
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // The driver names the server for the check of its certificate only where that is no address.
    ssl: tls ? { ...tls, rejectUnauthorized: true, ...(isIP(hostname) && { host: hostname }) } : false,
  };
}

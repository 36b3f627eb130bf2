/** What every kind of database is started with and answers, and what a server of ours is told. */
import type { Profile, StackSettings, Way } from '../config.ts';
import type { Say } from '../processes/narrator.ts';
import type { ManagedProcess } from '../processes/process.ts';
import type { SecuredDatabase } from './secured-database.ts';

export interface Database {
  /** postgres://… of the stack's own database, for a user who may everything there. */
  readonly url: string;
  /** How services reach it under the production profile; absent where it is plain. */
  readonly secured?: SecuredDatabase;
  /** How it was come by, for people. */
  readonly origin: string;
  /** The process, where it is one of ours. */
  readonly process: ManagedProcess | undefined;
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  readonly way: Way;
  readonly settings: Pick<StackSettings, 'databaseUrl'>;
  readonly profile: Profile;
  readonly port: number;
  readonly dataDir: string;
  /** Name of the Docker volume that keeps the data between runs; undefined throws it away. */
  readonly volume: string | undefined;
  /** Trades safety across a power cut for speed; for tests only, whose data nobody misses. */
  readonly careless: boolean;
  readonly say: Say;
}

export const databaseName = 'leads';
/** The server's superuser. Plain, it listens on the loopback address only and holds local data; the password is no secret. */
export const databaseUser = { name: 'leads', password: 'leads' };

/** Settings of every server of ours; the tests' one adds the careless ones. */
export function serverSettings(careless: boolean): string[] {
  const settings = ['max_connections=300', 'shared_buffers=256MB'];
  if (careless) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  return settings.flatMap((setting) => ['-c', setting]);
}

/** The address of a database of ours on this port. */
export function databaseUrl(port: number, name = databaseName): string {
  return `postgres://${databaseUser.name}:${databaseUser.password}@127.0.0.1:${port}/${name}`;
}

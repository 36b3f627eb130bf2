/** Starts the whole outside world: one HTTP port, one SMTP port, one memory. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { createHttpSite } from './http/server.ts';
import { createSmtpInbox } from './inbox/smtp-inbox.ts';
import { SigningKeys } from './entra/signing-keys.ts';
import { openJournal, readJournal } from './journal.ts';
import { serveWorld } from './serve-world.ts';
import { World } from './world/world.ts';
import { seedContoso } from './seed.ts';
import type { Config } from './config.ts';

export interface Emulators {
  readonly httpPort: number;
  readonly smtpPort: number;
  readonly world: World;
  /** Cuts every connection and writes what is pending. */
  readonly close: () => Promise<void>;
}

/** Starts everything; `clock` gives ms since 1970. */
export async function startEmulators(config: Config, clock: () => number = Date.now): Promise<Emulators> {
  const world = await recallWorld(config.dataDir, clock);
  if (config.seed === 'contoso') seedContoso(world);

  const site = createHttpSite(serveWorld(world), (host) => world.organization(host) !== undefined, clock);
  const smtp = createSmtpInbox(world.mailbox, clock, config.smtpTls);
  const httpPort = await listen(site.server, config.httpPort, config.host);
  const smtpPort = await listen(smtp.server, config.smtpPort, config.host);

  return {
    httpPort,
    smtpPort,
    world,
    close: async () => {
      const closed = Promise.all([
        new Promise((resolve) => site.server.close(resolve)),
        new Promise<void>((resolve) => smtp.close(resolve)),
      ]);
      for (const socket of site.sockets) socket.destroy();
      await closed;
      await world.close();
    },
  };
}

async function recallWorld(dataDir: string | undefined, clock: () => number): Promise<World> {
  if (dataDir === undefined) return World.create(clock, await SigningKeys.generate());
  const world = World.create(clock, await recallKeys(dataDir));
  await readJournal(dataDir, (line) => world.replay(line));
  world.journalTo(await openJournal(dataDir));
  return world;
}

/** Entra's keys outlive a restart of the emulator, as the real ones outlive everything here. */
async function recallKeys(dataDir: string): Promise<SigningKeys> {
  const file = join(dataDir, 'signing-keys.json');
  try {
    return await SigningKeys.from(JSON.parse(await readFile(file, 'utf8')) as string[]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const keys = await SigningKeys.generate();
    await mkdir(dataDir, { recursive: true });
    await writeFile(file, JSON.stringify(await keys.exported()), { mode: 0o600 });
    return keys;
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

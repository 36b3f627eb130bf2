/**
 * `node dist/register-publisher.command.js <id> <name> <directoryId> [<domain> …]`: says whose directory acts for a
 * publisher, and which domains are its own. Unlike an owner in the console, it may name a publisher that has connections already. Needs DATABASE_URL.
 */
import { openDatabase } from '@leads/database';
import { PublisherApproval } from '@leads/contracts/portal-api';
import { z } from 'zod';
import { registrationSettings } from './access/config.ts';
import { Publishers } from './access/publishers.ts';
import type { PortalTables } from './tables.ts';

const [id, name, directoryId, ...domains] = process.argv.slice(2);
const wanted = PublisherApproval.safeParse({ id, name, domains });
const directory = z.guid().toLowerCase().safeParse(directoryId);

if (!wanted.success || !directory.success) {
  const wrong = wanted.error?.issues.filter(({ path }) => path[0] === 'domains') ?? [];
  const why = wrong.map(({ path, message }) => `${domains[Number(path[1])] ?? 'The domains'}: ${message} `);
  end(
    2,
    why.join('') +
      'Say node dist/register-publisher.command.js <publisher id> <name> <directory id> [<domain of its mail addresses> …]. Nothing was changed.',
  );
} else {
  const database = openDatabase<PortalTables>(
    {
      ...registrationSettings(),
      schema: 'portal',
      poolSize: 1,
      application: 'register-publisher',
    },
    () => undefined,
  );
  try {
    const publishers = new Publishers(database);
    const registered = await publishers.register(wanted.data, directory.data);
    const isSame = !registered.ok && registered.by?.toLowerCase() === wanted.data.id.toLowerCase();
    if (isSame && domains.length > 0) await publishers.setDomains(registered.by ?? '', domains);
    if (registered.ok) end(0, `The directory ${directory.data} acts for ${wanted.data.id}.`);
    else if (isSame) {
      end(0, `The directory ${directory.data} acts for ${registered.by} already.`);
    } else if (registered.taken === 'directory') {
      end(1, `The directory ${directory.data} acts for ${registered.by} already. Nothing was changed.`);
    } else end(1, `Another directory acts for ${wanted.data.id}. Nothing was changed.`);
  } catch (error) {
    end(1, `The publisher could not be registered. ${String(error)}`);
  } finally {
    await database.destroy();
  }
}

function end(code: number, words: string): void {
  (code === 0 ? process.stdout : process.stderr).write(`${words}\n`);
  process.exitCode = code;
}

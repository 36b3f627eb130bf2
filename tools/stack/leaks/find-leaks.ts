/** Whether a stack has let out anything that it knows. */
import { dirname, join } from 'node:path';
import { contoso, leaksIn, partsOfToken, people } from '@leads/testing';
import type { Stack } from '../stack.ts';
import { secretsIn } from './known-secrets.ts';
import { readLogs, readTables, readTopics } from './what-was-written.ts';

/** Where secrets were looked for, and the names of those that were found there. */
export type Leaks = Record<'topics' | 'tables' | 'logs' | 'mails' | 'answers', string[]>;

/** The names of what people, and who sets the marketplace up, are told on purpose in answers. */
export const TOLD_ON_PURPOSE = /^(a session|a lead address|the lead address)/;

/**
 * Looks through all that the stack has written so far; its emulators must still run.
 * @param known secrets besides those of its folders and the tokens that the emulators gave, by their names
 * @param answers what the services answered
 */
export async function findLeaks(
  stack: Stack,
  logDir: string,
  known: ReadonlyMap<string, string>,
  answers: string,
): Promise<Leaks> {
  const { broker, database, emulators } = stack;
  if (!broker.secured || !database.secured) throw new Error('A plain stack has no secrets of its own.');
  const inside = new Map([
    ...known,
    ...secretsIn([stack.keyFolder, broker.secured.folder, database.secured.folder]),
    ['the client secret of Contoso', contoso.clientSecret],
    ['the password of everybody', people.password],
    ...partsOfTokens(await emulators.control.tokens()),
  ]);
  const look = (text: string): string[] => leaksIn(text, inside);
  return {
    topics: look(readTopics(join(dirname(broker.secured.folder), 'data'), stack.topicPrefix)),
    tables: look(await readTables(database.url)),
    logs: look(readLogs(logDir)),
    mails: look(JSON.stringify(await emulators.control.mails())),
    answers: look(answers),
  };
}

/** @throws where anything was found but what is told on purpose; the message names it */
export function refuseLeaks({ answers, ...others }: Leaks): void {
  const untold = answers.filter((name) => !TOLD_ON_PURPOSE.test(name));
  const found = Object.entries({ ...others, answers: untold }).filter(([, names]) => names.length > 0);
  if (found.length > 0) throw new Error(`Secrets were let out: ${JSON.stringify(found)}`);
}

function partsOfTokens(tokens: readonly string[]): Map<string, string> {
  const parts = tokens.map(partsOfToken);
  // Many begin alike.
  const beginnings = [...new Set(parts.map(({ beginning }) => beginning))];
  return new Map([
    ...beginnings.map((beginning, number) => [`how tokens begin (${number})`, beginning] as const),
    ...parts.map(({ signature }, number) => [`token ${number}`, signature] as const),
  ]);
}

/** Plain lines about what is going on, so that nobody waits in front of a silent screen. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the lines go: to standard error, so that standard output stays machine-readable. */
export type Say = (line: string) => void;

let ending = false;

export const sayOnStderr: Say = (line) => {
  if (!ending) process.stderr.write(`${line}\n`);
};

/** The last line: how far the work got matters to nobody any more, although it may take moments to let go of it. */
export function sayEnding(): void {
  sayOnStderr('Ending …');
  ending = true;
}

export const saySilently: Say = () => undefined;

const PATIENCE_MS = 2_000;
const REPEAT_MS = 5_000;

/** Waits for the work; where it takes longer than two seconds, says so, goes on saying so, and says when it is done. */
export async function during<T>(say: Say, what: string, work: Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = (): string => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  let told = false;
  let timer = setTimeout(function tell() {
    say(told ? `${what} … ${seconds()}` : `${what} …`);
    told = true;
    timer = setTimeout(tell, REPEAT_MS);
  }, PATIENCE_MS);
  try {
    const result = await work;
    if (told) say(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again until the answer is neither undefined nor an error, or the time is up; then answers undefined. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  { timeoutMs, everyMs = 100, giveUp }: { timeoutMs: number; everyMs?: number; giveUp?: () => boolean },
): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !giveUp?.()) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(everyMs);
  }
  return undefined;
}

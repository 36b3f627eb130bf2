/** Posts leads as fast as they are answered, or at a steady rate; each is unlike any other. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

/** How long each took to be answered 202, in milliseconds, and how many were answered otherwise, or not. */
export interface Answers {
  tookMs: number[];
  others: number;
  /** From the first post to the last answer. */
  seconds: number;
}

/** @param connections how many posts are under way at a time */
export async function postFor(address: string, connections: number, seconds: number): Promise<Answers> {
  const until = performance.now() + seconds * 1_000;
  return withPool(address, connections, async (post) => {
    const sender = async (): Promise<void> => {
      while (performance.now() < until) await post();
    };
    await Promise.all(Array.from({ length: connections }, sender));
  });
}

/** So many leads, by turns to each of the addresses, which are at one gateway. @throws where one is refused */
export async function postAll(
  addresses: readonly string[],
  connections: number,
  leads: number,
): Promise<void> {
  let begun = 0;
  const [first = ''] = addresses;
  const { others } = await withPool(first, connections, async (post) => {
    const sender = async (): Promise<void> => {
      while (begun < leads) {
        begun += 1;
        await post(undefined, addresses[begun % addresses.length]);
      }
    };
    await Promise.all(Array.from({ length: connections }, sender));
  });
  if (others > 0) throw new Error(`${others} of ${leads} leads were refused.`);
}

/**
 * By turns to each of the addresses, which are at one gateway, whether or not what was begun before has been answered;
 * time counts from when each post was due.
 */
export async function postSteadily(
  addresses: readonly string[],
  perSecond: number,
  seconds: number,
): Promise<Answers> {
  const [first = ''] = addresses;
  return withPool(first, 256, async (post) => {
    const began = performance.now();
    const posts: Promise<void>[] = [];
    for (let number = 0; number < perSecond * seconds; number += 1) {
      const due = began + (number * 1_000) / perSecond;
      const early = due - performance.now();
      if (early > 0) await delay(early);
      posts.push(post(due, addresses[number % addresses.length]));
    }
    await Promise.all(posts);
  });
}

async function withPool(
  address: string,
  connections: number,
  work: (post: (due?: number, to?: string) => Promise<void>) => Promise<void>,
): Promise<Answers> {
  const { origin } = new URL(address);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const answers: Answers = { tookMs: [], others: 0, seconds: 0 };
  const began = performance.now();
  try {
    await work(async (due = performance.now(), to = address) => {
      const { pathname: path } = new URL(to);
      const headers = { 'content-type': 'application/json' };
      const asked = { path, method: 'POST', headers, body: aLead() };
      if (await isAccepted(pool, asked)) answers.tookMs.push(performance.now() - due);
      else answers.others += 1;
    });
    answers.seconds = (performance.now() - began) / 1_000;
  } finally {
    await pool.close();
  }
  return answers;
}

/** Where no connection can be made, or it breaks, it is not. */
async function isAccepted(pool: Pool, asked: Parameters<Pool['request']>[0]): Promise<boolean> {
  try {
    const { statusCode, body } = await pool.request(asked);
    await body.dump();
    return statusCode === 202;
  } catch {
    return false;
  }
}

/** As the marketplace posts one. */
function aLead(): string {
  const id = randomUUID();
  return JSON.stringify({
    userDetails: {
      firstName: 'Ana',
      lastName: `Trujillo ${id}`,
      email: `ana.${id}@adatum.example`,
      phone: '+52 55 5555 3932',
      country: 'MX',
      company: 'Adatum',
      title: 'Owner',
    },
    leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics',
    actionCode: 'INS',
    offerTitle: 'Contoso Analytics',
    description: 'Campaigns: spring-2026',
  });
}

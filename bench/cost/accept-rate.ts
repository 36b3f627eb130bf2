/** How many leads a second the gateway accepts. */
import { eventually } from '@leads/testing';
import type { Arena } from '@leads/tools';
import { post } from '../writer/post.ts';

const LEADS = 6_000;
const AT_A_TIME = 32;

/** 6,000 leads, 32 at a time, to a connection whose delivery is paused: what is measured is the way to the 202. */
export async function acceptRate(arena: Arena): Promise<number> {
  const connection = await arena.connect('rate.crm4.dynamics.com', {});
  await arena.change(connection, 'pause');
  await eventually(() => post(connection.leadAddress), { timeoutMs: 30_000 });
  const began = performance.now();
  let begun = 0;
  const postOnes = async (): Promise<void> => {
    while (begun < LEADS) {
      begun += 1;
      await post(connection.leadAddress);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, postOnes));
  return LEADS / ((performance.now() - began) / 1_000);
}

/** Posts leads as the marketplace does, each unlike any other. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Posts one lead and answers its id.
 * @param company of its customer: what an organisation's plug-ins may tell leads apart by
 * @throws where it was not accepted
 */
export async function post(address: string, company = 'Adatum'): Promise<string> {
  const id = randomUUID();
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      userDetails: {
        firstName: 'Ana',
        lastName: `Trujillo ${id}`,
        email: `ana.${id}@adatum.example`,
        company,
      },
      leadSource: 'AzureMarketplace',
      actionCode: 'INS',
      offerTitle: 'Contoso Analytics',
    }),
  });
  if (answer.status !== 202) throw new Error(`The gateway answered ${answer.status}.`);
  return ((await answer.json()) as { leadId: string }).leadId;
}

/** Does something at a steady rate, whether or not what was begun before has ended; settles when all has. */
export async function steadily(
  perSecond: number,
  times: number,
  act: (number: number) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  const acts: Promise<void>[] = [];
  for (let number = 0; number < times; number += 1) {
    await delay(Math.max(0, began + (number * 1000) / perSecond - performance.now()));
    acts.push(act(number));
  }
  await Promise.all(acts);
}

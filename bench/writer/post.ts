/** Posts leads as the marketplace does, each unlike any other. */
import { randomUUID } from 'node:crypto';

/** Posts one lead and answers its id. @throws where it was not accepted */
export async function post(address: string): Promise<string> {
  const id = randomUUID();
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      userDetails: { firstName: 'Ana', lastName: `Trujillo ${id}`, email: `ana.${id}@adatum.example` },
      leadSource: 'AzureMarketplace',
      actionCode: 'INS',
      offerTitle: 'Contoso Analytics',
    }),
  });
  if (answer.status !== 202) throw new Error(`The gateway answered ${answer.status}.`);
  return ((await answer.json()) as { leadId: string }).leadId;
}

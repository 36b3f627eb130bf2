/** The marketplace's side in end-to-end specs: posts leads as it does. */

/** A lead as the wire carries it, told apart from others by its number. */
export function leadNumber(number: number): Record<string, unknown> {
  return {
    userDetails: {
      firstName: 'Ana',
      lastName: `Trujillo ${number}`,
      email: `ana.${number}@adatum.example`,
      phone: '+52 55 5555 3932',
      country: 'MX',
      company: 'Adatum',
      title: 'Owner',
    },
    leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics',
    actionCode: 'INS',
    offerTitle: 'Contoso Analytics',
    description: '',
  };
}

/**
 * Posts a lead once.
 * @returns its id where it was accepted; `undefined` where no answer or another one came, so that nothing is promised
 */
export async function post(address: string, lead: Record<string, unknown>): Promise<string | undefined> {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(lead),
      signal: AbortSignal.timeout(10_000),
    });
    if (answer.status !== 202) return undefined;
    return ((await answer.json()) as { leadId: string }).leadId;
  } catch {
    // Reset, refused or late: the sender of a lead cannot tell whether it arrived.
    return undefined;
  }
}

/** Runs `work` for each item, so many at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}

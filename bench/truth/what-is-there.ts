/** What the product says of leads, held against what the organizations themselves have. */
import type { Arena, Connection } from '@leads/tools';

export interface Found {
  /** Of the leads taken in: neither in their organization, nor waiting, nor dead. */
  lost: number;
  /** Records of the same customer's request, and records of no lead of these. */
  doubled: number;
  /** Called written, and not there. */
  falselyWritten: number;
}

/** Asks each organization; the product is only asked what it believes. */
export async function whatIsThere(arena: Arena, connections: readonly Connection[]): Promise<Found> {
  const found: Found = { lost: 0, doubled: 0, falselyWritten: 0 };
  for (const { connectionId, host } of connections) {
    const { control } = arena.stack.emulators;
    const leads = await arena.rows<{ lead_id: string; state: string }>(
      `select lead_id, state from writer.deliveries where connection_id = '${connectionId}'`,
    );
    const idsOf = (which: (state: string) => boolean): string[] =>
      leads.filter(({ state }) => which(state)).map((lead) => lead.lead_id);
    const all = await control.compareLeads(
      host,
      idsOf(() => true),
      'emailaddress1',
    );
    const unsettled = new Set(idsOf((state) => state === 'pending' || state === 'dead'));
    found.lost += all.missing.filter((id) => !unsettled.has(id)).length;
    found.doubled += all.unexpected.length + all.doubled.length;
    const written = await control.compareLeads(
      host,
      idsOf((state) => state === 'written'),
    );
    found.falselyWritten += written.missing.length;
  }
  return found;
}

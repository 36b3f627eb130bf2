/** What is told of a post that was kept: what is the matter with it, what was understood, and what to do; pure. */
import type { Fragments, MarketplaceLead, NotUnderstood } from '@leads/contracts';

const WHY: Record<NotUnderstood, string> = {
  'no-lead':
    'What was posted to the lead address of this offer can be read, but names no customer and has no mark of the marketplace.',
  'not-readable':
    'What was posted to the lead address of this offer is neither JSON nor a form that can be read.',
  'too-intricate':
    'What was posted to the lead address of this offer is nested deeper, or has more values or leads, than is looked through.',
  'not-storable':
    'A lead was posted to the lead address of this offer, but something in its texts cannot be stored.',
};

const NOTHING = 'What was posted to the lead address of this offer has no fields at all.';

const KEPT = 'It is kept as it came, and goes no further by itself.';

const REMEDY =
  'Open "Posts put aside" in the console. ' +
  'Correct what is a lead and replay it: it is written like any other. ' +
  'Discard what is none, such as a try of your own.';

/** Words for an incident; nothing of what the post says is in them. */
export function quarantineWords(
  why: NotUnderstood,
  { lead, names }: Pick<Fragments, 'lead' | 'names'>,
): { what: string; remedy: string } {
  const found = foundIn(lead);
  const isNothing = why === 'no-lead' && names.length === 0;
  const understood = found.length === 0 ? '' : ` Found in it: ${found.join(', ')}.`;
  return { what: `${isNothing ? NOTHING : WHY[why]}${understood} ${KEPT}`, remedy: REMEDY };
}

function foundIn({ customer, ...facts }: MarketplaceLead): string[] {
  return Object.entries({ ...customer, ...facts }).flatMap(([name, text]) =>
    text === '' ? [] : [LABELS.get(name) ?? name],
  );
}

const LABELS: ReadonlyMap<string, string> = new Map([
  ['firstName', 'first name'],
  ['lastName', 'last name'],
  ['email', 'e-mail'],
  ['leadSource', 'lead source'],
  ['actionCode', 'action'],
  ['offerTitle', 'offer'],
]);

/** Mappings held against the organisation: when they are saved, and when somebody wants to see what comes of one. */
import type {
  MappingPreview,
  MappingPreviewOrder,
  MappingPreviewRequest,
  MappingWarning,
  MarketplaceLead,
} from '@leads/contracts';
import { ProblemError } from '@leads/service';
import type { Connection } from '../connection-facts.ts';
import { unknownConnection } from './connection-problems.ts';
import type { Writer } from './writer.ts';

/** How long a save waits for it, in milliseconds: the details are saved by then. */
const AT_SAVE_MS = 4_000;

/** How long somebody waits who asked for a preview, in milliseconds: the portal waits 15 seconds for this service. */
const PREVIEW_MS = 12_000;

/**
 * What whoever has saved a connection should know of its mapping; the save stands, whatever comes of this.
 * @returns nothing where it has no mapping, or where nothing is amiss
 */
export async function mappingWarnings(
  { connectionId, version, facts: { mapping } }: Connection,
  writer: Pick<Writer, 'preview'>,
): Promise<MappingWarning[]> {
  if (!mapping || Object.keys(mapping).length === 0) return [];
  const previewed = await writer.preview(connectionId, { version, mapping, withinMs: AT_SAVE_MS });
  switch (previewed.kind) {
    case 'previewed': {
      const { faults, unchecked } = previewed.preview;
      // What one invented lead says is nothing against the mapping.
      const standing = faults.filter(({ effect }) => effect !== 'in-description');
      return [...standing, ...unchecked].map(({ pointer, what, remedy }) => ({ pointer, what, remedy }));
    }
    case 'unknown':
      return [notChecked('The connection was deleted meanwhile.')];
    case 'silent':
      return [notChecked(previewed.why)];
  }
}

/**
 * What would be written with a mapping that is not saved yet.
 * @throws ProblemError 503 where nobody can tell now
 */
export async function previewMapping(
  { connectionId, version }: Connection,
  { mapping }: MappingPreviewOrder,
  lead: MarketplaceLead | undefined,
  writer: Pick<Writer, 'preview'>,
): Promise<MappingPreview> {
  const request: MappingPreviewRequest = {
    ...{ version, mapping, withinMs: PREVIEW_MS },
    ...(lead && { lead }),
  };
  const previewed = await writer.preview(connectionId, request);
  if (previewed.kind === 'previewed') return previewed.preview;
  if (previewed.kind === 'unknown') throw unknownConnection();
  throw new ProblemError({
    status: 503,
    title: 'The mapping cannot be tried now',
    detail: `${previewed.why} Nothing was checked and nothing was changed; leads go on being taken in. Try again in a minute; if it lasts, tell the operators.`,
  });
}

function notChecked(why: string): MappingWarning {
  return {
    pointer: '/mapping',
    what: `The connection is saved; its mapping could not be checked. ${why}`,
    remedy:
      'Nothing is lost: leads are written with what Dynamics takes, and what it refuses is told. Validate the connection to check the mapping.',
  };
}

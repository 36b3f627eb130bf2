/** The query parameters of the list of posts that were put aside. */
import { KeptPostState, Moment } from '@leads/contracts';
import { wholeNumber } from '@leads/service';
import { z } from 'zod';

/** Where a page ends: the next one begins after it. */
const Place = z.object({ receivedAt: Moment, postId: z.guid() });
type Place = z.infer<typeof Place>;

export function writeCursor({ receivedAt, postId }: Place): string {
  return Buffer.from(`${receivedAt} ${postId}`).toString('base64url');
}

function readCursor(cursor: string): Place | undefined {
  const [receivedAt, postId] = Buffer.from(cursor, 'base64url').toString().split(' ');
  return Place.safeParse({ receivedAt, postId }).data;
}

/** What `GET /api/kept-posts` takes. */
export const KeptPostListQuery = z.strictObject({
  state: KeptPostState.optional(),
  connectionId: z.guid().toLowerCase().optional(),
  limit: wholeNumber(1, 100, 50).describe('How many posts to a page.'),
  cursor: z
    .string()
    .max(200)
    .transform((cursor, context) => {
      const place = readCursor(cursor);
      if (place) return place;
      context.addIssue({ code: 'custom', message: 'This is no cursor of this list; begin at its start.' });
      return z.NEVER;
    })
    .optional()
    .describe('`nextCursor` of the page before.'),
});
export type KeptPostListQuery = z.infer<typeof KeptPostListQuery>;

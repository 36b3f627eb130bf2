/** Posts in which no lead was recognised, as people look at them and decide of them. */
import { z } from 'zod';
import { FieldFound } from '../drift.ts';
import { KeptPost, KeptPostDetail } from '../kept-posts.ts';
import { PublisherFacts } from './publishers.ts';

const Offer = z.object({
  /** Of the connection whose address it came to. */
  offerTitle: z.string(),
  publisher: PublisherFacts,
});

/** One post in the list. */
export const KeptPostSummary = KeptPost.extend(Offer.shape).meta({ id: 'KeptPost' });
export type KeptPostSummary = z.infer<typeof KeptPostSummary>;

/** `GET /api/kept-posts`: newest first, `limit` (1 to 100, 50 without) at a time. */
export const KeptPostPage = z
  .object({
    posts: z.array(KeptPostSummary),
    /** Sent back as `cursor`, it gives the next page; absent on the last. */
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'KeptPostPage' });
export type KeptPostPage = z.infer<typeof KeptPostPage>;

/** `GET /api/kept-posts/{postId}`. */
export const KeptPostView = KeptPostDetail.extend(Offer.shape).meta({ id: 'KeptPostDetail' });
export type KeptPostView = z.infer<typeof KeptPostView>;

/** `POST /api/kept-posts/{postId}/discard`. */
export const PostDiscarding = z.strictObject({
  /** Why it is no lead, for whoever wonders later. */
  reason: z.string().trim().min(1, 'Say why it is no lead.').max(500),
  /** Whether those alike are none either. */
  alike: z.boolean().default(false),
});
export type PostDiscarding = z.infer<typeof PostDiscarding>;

/** `GET /api/unknown-fields`: the newest 200. */
export const UnknownFields = z
  .object({ fields: z.array(FieldFound.extend(Offer.shape)) })
  .meta({ id: 'UnknownFields' });
export type UnknownFields = z.infer<typeof UnknownFields>;

/** Posts in which no lead was recognised: what the gateway keeps of them, and what people do with them through the portal. */
import { z } from 'zod';
import { MarketplaceLead, MAX_LEAD_BYTES } from './marketplace-lead.ts';
import { Moment } from './moment.ts';
import { Line, Lines } from './said.ts';

/** Why no lead could be read from a body. */
export const NotUnderstood = z.enum(['no-lead', 'not-readable', 'too-intricate', 'not-storable']);
export type NotUnderstood = z.infer<typeof NotUnderstood>;

/** What became of a post: it waits for a person, a lead was made of it, or a person said that it is none. */
export const KeptPostState = z.enum(['kept', 'replayed', 'discarded']);
export type KeptPostState = z.infer<typeof KeptPostState>;

/** A post as a list shows it. */
export const KeptPost = z.object({
  postId: z.uuid(),
  connectionId: z.uuid(),
  receivedAt: Moment,
  /** Absent of what was kept before that was told. */
  why: NotUnderstood.optional(),
  /** How often the same bytes came again. */
  repeats: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  state: KeptPostState,
  /** The fields that were found in it; what was not is an empty string. */
  found: MarketplaceLead,
  /** Who decided what became of it, and when. */
  settled: z.object({ at: Moment, by: Line, reason: Lines.optional() }).optional(),
  /** The leads that were made of it. */
  leadIds: z.array(z.uuid()),
  /** The leads that were accepted of the same body when it came: what is kept is the rest. */
  acceptedIds: z.array(z.uuid()).default([]),
});
export type KeptPost = z.infer<typeof KeptPost>;

/** One post with everything that is known of it. */
export const KeptPostDetail = KeptPost.extend({
  /** The body as text, decoded as well as it can be. */
  text: z.string(),
  /** The body byte for byte, in base64. */
  body: z.base64(),
  /** Where leads were accepted of the same body: what else is in it, as JSON. */
  rest: z.string().optional(),
  /** What the sender said of the body. */
  contentType: z.string().optional(),
  contentEncoding: z.string().optional(),
  /** How many other posts wait that came to the same address, were not understood for the same reason, and have fields of the same names. */
  alike: z.int().nonnegative(),
  /** Of how many of these, itself among them while it waits, the fields found make a lead, and nothing was accepted. */
  alikeReady: z.int().nonnegative(),
});
export type KeptPostDetail = z.infer<typeof KeptPostDetail>;

/** Which posts: of these connections, or of all; the newest first. */
export const KeptPostsWanted = z.object({
  connectionIds: z.array(z.guid()).max(10_000).optional(),
  state: KeptPostState.optional(),
  /** Where the page before ended. */
  after: z.object({ receivedAt: Moment, postId: z.guid() }).optional(),
  limit: z.int().min(1).max(100),
});
export type KeptPostsWanted = z.infer<typeof KeptPostsWanted>;

export const KeptPosts = z.object({
  posts: z.array(KeptPost),
  isLast: z.boolean(),
});
export type KeptPosts = z.infer<typeof KeptPosts>;

/** What a person makes of a post: its fields in a form, or its text. */
export const Correction = z.union([
  z.strictObject({ lead: MarketplaceLead }),
  z.strictObject({ text: z.string().min(1).max(MAX_LEAD_BYTES) }),
]);
export type Correction = z.infer<typeof Correction>;

/** A person, named by the portal, has a post replayed as they corrected it. */
export const PostReplayed = z.object({ by: Line, correction: Correction });
export type PostReplayed = z.infer<typeof PostReplayed>;

/** A person has a post and those alike replayed, each by what was found in it. */
export const PostsReplayed = z.object({ by: Line });
export type PostsReplayed = z.infer<typeof PostsReplayed>;

/** A person says that a post is no lead, and why. */
export const PostDiscarded = z.object({ by: Line, reason: Lines });
export type PostDiscarded = z.infer<typeof PostDiscarded>;

/** What a correction comes to; nothing is changed by asking. */
export const CorrectionRead = z.object({ leads: z.array(MarketplaceLead) }).meta({ id: 'CorrectionRead' });
export type CorrectionRead = z.infer<typeof CorrectionRead>;

/** What became of one post that was settled: as it is now, which a person before may have decided. */
export const Settled = z
  .object({
    state: KeptPostState,
    leadIds: z.array(z.uuid()),
    /** Whether it was settled by this very request. */
    isNew: z.boolean(),
  })
  .meta({ id: 'SettledPost' });
export type Settled = z.infer<typeof Settled>;

/** What became of a post and those alike. */
export const AllSettled = z
  .object({
    settled: z.int().nonnegative(),
    /** How many stay. */
    left: z.int().nonnegative(),
    /** How many of these are settled by asking again; of the others, what was found makes no lead. */
    more: z.int().nonnegative().default(0),
    /** Of a single post: how it stands now, which a person before may have decided. */
    state: KeptPostState.optional(),
  })
  .meta({ id: 'SettledPosts' });
export type AllSettled = z.infer<typeof AllSettled>;

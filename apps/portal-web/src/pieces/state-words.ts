/** The words for states, with the tone that they are shown in. */
import type { LeadState, Offer, OfferHealth } from '@leads/contracts/portal-api';

export type Tone = 'good' | 'waiting' | 'warning' | 'bad' | 'quiet';

export interface StateWords {
  tone: Tone;
  word: string;
  /** One sentence for what it means. */
  meaning: string;
}

export const healthWords: Record<OfferHealth, StateWords> = {
  draft: {
    tone: 'quiet',
    word: 'Not published',
    meaning: 'Leads are taken in and held until it is published.',
  },
  healthy: { tone: 'good', word: 'Healthy', meaning: 'Leads are written as they come.' },
  warning: {
    tone: 'warning',
    word: 'Needs attention',
    meaning: 'Leads are written, but something needs doing.',
  },
  throttled: {
    tone: 'waiting',
    word: 'Waiting for Dynamics',
    meaning: 'Dynamics asked for a pause. Leads wait and are written when it is over.',
  },
  failing: {
    tone: 'bad',
    word: 'Failing',
    meaning: 'Leads cannot be written. They wait, or are kept as dead until replayed; none is lost.',
  },
  paused: { tone: 'quiet', word: 'Paused', meaning: 'Leads are taken in and wait until it is resumed.' },
};

export const publishedWords: Record<Offer['state'], StateWords> = {
  draft: {
    tone: 'quiet',
    word: 'Not published',
    meaning: 'Leads are taken in and held until it is published.',
  },
  published: { tone: 'good', word: 'Published', meaning: 'Leads are taken in and written.' },
  paused: { tone: 'quiet', word: 'Paused', meaning: 'Leads are taken in and wait until it is resumed.' },
};

/** A dead lead that was never to be written: its connection keeps such leads here alone. */
export const keptWords: StateWords = {
  tone: 'quiet',
  word: 'Kept here',
  meaning: 'The connection keeps such leads here alone. They can be replayed.',
};

export const leadWords: Record<LeadState, StateWords> = {
  pending: { tone: 'waiting', word: 'Waiting', meaning: 'Taken in, and not written into Dynamics yet.' },
  written: { tone: 'good', word: 'Written', meaning: 'It is in Dynamics.' },
  dead: {
    tone: 'bad',
    word: 'Dead',
    meaning: 'It could not be written and is kept until somebody replays it.',
  },
};

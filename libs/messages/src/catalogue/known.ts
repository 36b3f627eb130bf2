/** What the catalogue has words of its own for. */
import type { Trouble } from '@leads/contracts';

/** Action codes of the marketplace, in upper case. */
export type KnownAction = 'INS' | 'PLT' | 'DNC' | 'CREATE' | 'STARTTESTDRIVE';

/** Why a lead waits, coarsely. */
export type KnownCause = 'throttled' | 'away' | 'signIn' | 'rights' | 'unknown';

export type KnownSecret = 'client secret' | 'certificate' | 'password' | 'secret';

/** `other`: words that a newer service made. */
export type KnownTrouble = Trouble | 'other';

/** How a replay is going, in words and as a share; pure. */
import type { Replay } from '@leads/contracts/portal-api';
import { countWords } from '../pieces/time-words.ts';

export interface ReplayWords {
  /** 0 to 1. */
  share: number;
  hasEnded: boolean;
  sentence: string;
}

export function replayWords({ total, waiting, written, dead }: Replay): ReplayWords {
  const share = total === 0 ? 1 : (total - waiting) / total;
  const deadAgain = dead > 0 ? `, ${dead.toLocaleString('en')} dead again` : '';
  if (waiting > 0) {
    return {
      share,
      hasEnded: false,
      sentence: `Replaying ${countWords(total, 'lead')}: ${written.toLocaleString('en')} written${deadAgain}, ${waiting.toLocaleString('en')} waiting`,
    };
  }
  return {
    share,
    hasEnded: true,
    sentence:
      dead === 0
        ? `Replayed: ${countWords(written, 'lead')} written into Dynamics 365`
        : `Replayed: ${written.toLocaleString('en')} written${deadAgain}. Each one's page says why`,
  };
}

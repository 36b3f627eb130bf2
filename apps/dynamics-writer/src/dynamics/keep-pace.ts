/** Questions keep the pace of their identity, and teach it what the answers say; of leads the engine sees to that. */
import type { Asked, Limits } from '@leads/delivery';
import type { Outbound, OutboundAnswer } from '@leads/service';
import { partsIn } from './ask-together.ts';
import { readAnswer, readThrottle } from './web-api.ts';

type Http = Pick<Outbound, 'send'>;

/**
 * Each request waits for its turn.
 * @param patienceMs how long; what may not begin by then is answered as if it had been refused
 */
export function paced(http: Http, limits: Limits, patienceMs: number): Http {
  return {
    send: async (request) => {
      const admitted = await limits.admission(patienceMs);
      if (!admitted) return notSent(limits.askedMs(Date.now()));
      let asked: Asked | undefined;
      try {
        const raw = await http.send(request);
        const answer = readAnswer(raw);
        asked = readThrottle(answer) ?? throttledPart(raw);
        if (asked) limits.refused(asked, Date.now());
        else if (answer.kind === 'answered' && answer.capacity) limits.adopt(answer.capacity, Date.now());
        return raw;
      } finally {
        limits.ended(admitted, asked !== undefined, Date.now());
      }
    },
  };
}

/** A question of a batch that is refused as too much is a request that is. */
function throttledPart(raw: OutboundAnswer): Asked | undefined {
  return partsIn(raw)
    .filter(({ status }) => status === 429 || status === 503)
    .map((part) => readThrottle(readAnswer(part)))
    .find((asked) => asked !== undefined);
}

function notSent(waitMs: number): OutboundAnswer {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const message = `Nothing was asked: Dynamics wants to be left alone for another ${seconds} seconds.`;
  return {
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: JSON.stringify({ error: { code: '', message } }),
  };
}

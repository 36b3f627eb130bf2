/** Posts bodies to a lead address, over connections that stay open, and reads what the sender is told. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Body } from './body.ts';

/** Longer than anybody has to wait for any answer. */
const HANGS_AFTER_MS = 15_000;
const CONNECTIONS = 32;
/** So often is one body sent again that is answered with 503; and one that a busy machine was late with. */
const TRIES = 10;
const TRIES_WHEN_LATE = 3;

export interface Answered {
  body: Body;
  /** 0 where nothing was answered. */
  status: number;
  /** The leads that it became, in their order. */
  leads: { leadId: string; isRepeat: boolean }[];
  /** How often the gate was closed for it before. */
  closed: number;
  /** How often it was not answered in time before, or came too slowly; who hangs or crashes does so each time. */
  late: number;
  /** What was said, for people. */
  said: string;
}

type Once = Omit<Answered, 'closed' | 'late'> & { retryAfter?: string | undefined };

interface Told {
  leadId?: string;
  duplicate?: boolean;
  leads?: Told[];
}

export interface Sender {
  send: (body: Body) => Promise<Answered>;
  close: () => void;
}

export function senderTo(address: string): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const once = async (body: Body): Promise<Once> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const asked = request(
      address,
      {
        agent,
        method: 'POST',
        headers: { ...body.headers, 'content-length': body.bytes.length },
        signal: AbortSignal.timeout(HANGS_AFTER_MS),
      },
      resolve,
    );
    asked.on('error', reject).end(body.bytes);
    try {
      const answer = await promise;
      const said = Buffer.concat(await answer.toArray()).toString('utf8');
      const status = answer.statusCode ?? 0;
      const leads = status === 202 ? leadsOf(JSON.parse(said) as Told) : [];
      return { body, status, leads, said, retryAfter: answer.headers['retry-after'] };
    } catch (error) {
      return { body, status: 0, leads: [], said: String(error) };
    }
  };
  return {
    async send(body) {
      const before = { closed: 0, late: 0 };
      for (;;) {
        const { retryAfter, ...answered } = await once(body);
        const { status } = answered;
        // A gate that is closed says for how long; whatever else is a 5xx is judged.
        if (status === 503 && retryAfter !== undefined && before.closed < TRIES) {
          before.closed += 1;
          await delay(Number(retryAfter) * 1_000);
        } else if ((status === 0 || status === 408) && before.late < TRIES_WHEN_LATE) before.late += 1;
        else return { ...answered, ...before };
      }
    },
    close: () => agent.destroy(),
  };
}

function leadsOf(told: Told): Answered['leads'] {
  return (told.leads ?? [told]).map(({ leadId = '', duplicate = false }) => ({
    leadId,
    isRepeat: duplicate,
  }));
}

/** Sends each, so many at a time as there are connections. @param onAnswer is told of each as it is answered */
export async function sendAll(
  sender: Sender,
  bodies: Iterable<Body>,
  onAnswer: (answered: Answered) => void,
): Promise<void> {
  const waiting = bodies[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let next = waiting.next(); next.done !== true; next = waiting.next())
        onAnswer(await sender.send(next.value));
    }),
  );
}

/**
 * `npm run fuzz -- bodies [--count 1000000] [--seed N] [--resume]`: posts made-up and mutated bodies to a lead address of
 * a throw-away stack and looks at what becomes of each. None is answered with 5xx or not at all; each lead that is
 * accepted is published, written into the emulated Dynamics 365 and listed as it was posted; all else is in quarantine,
 * byte for byte. Says how far it is; prints one JSON line; exit code 1 where something was found.
 *
 * `--resume` goes on where a run was ended. What is found is in `.local/fuzz-bodies`, each body with the command that
 * posts it again.
 */
import { parseArgs } from 'node:util';
import { type LeadAccepted, topics } from '@leads/contracts';
import { watchTopic } from '@leads/kafka/testing';
import { type Arena, inArena, runCommand, sayOnStderr as say, untilAccepted } from '@leads/tools';
import type { Body } from './body.ts';
import { wrongsOfAnswer } from './judge-answer.ts';
import { type Events, type Finding, judgePart, newWords } from './judge-part.ts';
import { keepBody, keepProgress, keptBody, newProgress, openProgress, type Progress } from './keep.ts';
import { makeBodies } from './make-bodies.ts';
import { type Answered, sendAll, senderTo } from './send.ts';

/** So many are posted before what became of them is looked at, each time to an organization of their own. */
const PART = 20_000;
/** So many are made at a time. */
const MADE_TOGETHER = 250;
const TELL_EVERY_MS = 5_000;
/** With so many findings there is enough to mend. */
const ENOUGH_FINDINGS = 50;

/** One address stands for many here, and nobody looks at what is posted to it. */
const SETTINGS = {
  LOG_LEVEL: 'error',
  POSTS_PER_MINUTE: '100000000',
  UNKNOWN_ADDRESSES_PER_MINUTE: '100000000',
  QUARANTINE_BODIES_PER_HOUR: '100000000',
  QUARANTINE_BYTES_PER_HOUR: '1000000000',
};

/** How much of each log has been read. */
const heard = new Map<string, number>();

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    resume: { type: 'boolean', default: false },
    again: { type: 'string' },
  },
});

await runCommand((shutdown) =>
  inArena({ serviceSettings: SETTINGS, beside: ['portal'], shutdown }, async (arena) => {
    const failed = arena.stack.failed.then((sentence) => Promise.reject(new Error(sentence)));
    return Promise.race([fuzz(arena), failed, shutdown.interrupted]);
  }),
);

async function fuzz(arena: Arena): Promise<number> {
  const { again, count, seed, resume } = values;
  const events = new Map<string, LeadAccepted>();
  const watched = await watchTopic(
    arena.stack.kafkaAs('dynamics-writer'),
    topics.leadsAccepted,
    (records) => {
      for (const { value } of records) events.set(value.leadId, value);
      records.length = 0;
    },
  );
  // What a service says while all of it starts is no answer to a body.
  newWords(arena, heard);
  try {
    if (again !== undefined) {
      const progress = newProgress({ seed: 0, count: 1 });
      await tryPart({ arena, events, progress }, [keptBody(again)]);
      return tell(progress);
    }
    const progress = openProgress({ seed: Number(seed), count: Number(count) }, resume);
    while (progress.done < progress.count && progress.findings < ENOUGH_FINDINGS) {
      const began = performance.now();
      const size = Math.min(PART, progress.count - progress.done);
      await tryPart({ arena, events, progress }, bodiesFrom(progress.seed, progress.done, size));
      progress.seconds += Math.round((performance.now() - began) / 1_000);
      keepProgress(progress);
      events.clear();
    }
    return tell(progress);
  } finally {
    await watched.close();
  }
}

function* bodiesFrom(seed: number, first: number, count: number): Generator<Body, void> {
  for (let done = 0; done < count; done += MADE_TOGETHER) {
    const made = makeBodies(seed, (first + done) / MADE_TOGETHER, Math.min(MADE_TOGETHER, count - done));
    yield* made;
  }
}

interface Run {
  arena: Arena;
  events: Events;
  progress: Progress;
}

/** Posts them to a connection of their own, and adds to the progress what came of it. */
async function tryPart({ arena, events, progress }: Run, bodies: Iterable<Body>): Promise<void> {
  const connection = await arena.connect(`fuzz-${progress.seed}-${progress.done}.crm4.dynamics.com`, {
    limits: { enforced: false },
  });
  await untilAccepted(connection.leadAddress);
  const sender = senderTo(connection.leadAddress);
  const answers: Answered[] = [];
  const began = performance.now();
  const telling = setInterval(() => {
    const perSecond = Math.round((answers.length * 1_000) / (performance.now() - began));
    say(`${inWords(progress, answers.length)}, ${perSecond}/s`);
  }, TELL_EVERY_MS);
  try {
    await sendAll(sender, bodies, (answered) => {
      answers.push(answered);
      note(progress, answered);
    });
  } finally {
    clearInterval(telling);
    sender.close();
  }
  const ofAnswers = answers.flatMap((answered) =>
    wrongsOfAnswer(answered).map((what) => ({ what, body: answered.body })),
  );
  const found = [
    ...ofAnswers,
    ...(await judgePart(arena, connection, answers, events)),
    ...newWords(arena, heard),
  ];
  for (const finding of found) report(finding, progress);
  progress.done += answers.length;
}

function note(progress: Progress, { status, body, closed, late, leads }: Answered): void {
  progress.answers[status] = (progress.answers[status] ?? 0) + 1;
  progress.closed += closed;
  progress.late += late;
  if (leads.length > 0) progress.accepted[body.kind] = (progress.accepted[body.kind] ?? 0) + 1;
}

function report({ what, body }: Finding, progress: Progress): void {
  progress.findings += 1;
  const name = `${progress.seed}-${progress.done}-${progress.findings}`;
  const command = body && keepBody(body, what, name);
  say(`FOUND ${body ? `${body.kind}: ` : ''}${what}${command === undefined ? '' : `\n  ${command}`}`);
}

function inWords({ count: all, done, answers, findings, closed, late }: Progress, more: number): string {
  const sum = Object.values(answers).reduce((total, each) => total + each, 0);
  const shares = Object.entries(answers).map(
    ([status, each]) => `${status} ${Math.round((100 * each) / sum)} %`,
  );
  const gate = closed + late === 0 ? '' : `, the gate was closed for ${closed} and ${late} were late`;
  return `${done + more} of ${all} bodies: ${shares.join(', ')}; ${findings} findings${gate}`;
}

function tell(progress: Progress): number {
  const isClean = progress.findings === 0 && progress.done >= progress.count;
  process.stdout.write(`${JSON.stringify({ fuzz: isClean ? 'ok' : 'failed', ...progress })}\n`);
  return isClean ? 0 : 1;
}

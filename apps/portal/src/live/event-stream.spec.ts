import { Writable } from 'node:stream';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from './event-frames.ts';
import { EventStream } from './event-stream.ts';

/** What a client has received; it takes everything at once unless it is told to hang. */
class Client extends Writable {
  text = '';
  isHanging = false;
  private hung: (() => void) | undefined;

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    if (this.isHanging) this.hung = done;
    else done();
  }

  goOn(): void {
    this.isHanging = false;
    this.hung?.();
  }

  /** The events with their ids, in order. */
  get events(): string[] {
    return [...this.text.matchAll(/^id: (\d+)\nevent: (\w+)$/gmu)].map(([, id, event]) => `${event} ${id}`);
  }

  /** The id that its next connection would send. */
  get lastId(): number {
    return Number([...this.text.matchAll(/^id: (\d+)$/gmu)].at(-1)?.[1]);
  }
}

function change(id: number, rest: Partial<Change> = {}): Change {
  return { id, publisherId: 'contoso', event: 'lead', about: `lead-${id}`, data: '{}', ...rest };
}

function changes(from: number, to: number, rest: Partial<Change> = {}): Change[] {
  return Array.from({ length: to - from + 1 }, (_, index) => change(from + index, rest));
}

let client: Client;
let now: number;
const begin = (position = 100, lastId?: number): EventStream => {
  const stream = new EventStream({
    sink: client,
    scope: { publisherId: 'contoso' },
    position,
    now: () => now,
  });
  stream.begin(lastId);
  return stream;
};

beforeEach(() => {
  client = new Client({ highWaterMark: 16 * 1024 });
  now = 0;
});

describe('a stream', () => {
  test('begins with where it stands, so that a client cut off at once misses nothing', () => {
    begin();
    expect(client.text).toContain('retry: 2000\n');
    expect(client.lastId).toBe(100);
    expect(client.events).toEqual([]);
  });

  test('tells each change with its id, in order', () => {
    const stream = begin();
    stream.offer([change(101), change(104, { event: 'offer', data: '{"connectionId":"1"}' })], 104);
    stream.flush();
    expect(client.events).toEqual(['lead 101', 'offer 104']);
    expect(client.text).toContain('id: 104\nevent: offer\ndata: {"connectionId":"1"}\n\n');
  });

  test('tells a publisher nothing of another one, nor of what is for operators alone', () => {
    const stream = begin();
    stream.offer([change(101, { publisherId: 'fabrikam' }), change(102, { publisherId: null })], 102);
    stream.flush();
    expect(client.events).toEqual([]);
    stream.beat();
    expect(client.lastId).toBe(102);
  });

  test('tells operators everything', () => {
    const stream = new EventStream({ sink: client, scope: 'everybody', position: 100, now: () => now });
    stream.offer([change(101, { publisherId: 'fabrikam' }), change(102, { publisherId: null })], 102);
    stream.flush();
    expect(client.events).toEqual(['lead 101', 'lead 102']);
  });

  test('tells of what changed several times at once only how it is now', () => {
    const stream = begin();
    stream.offer([change(101, { about: 'a' }), change(102), change(103, { about: 'a' })], 103);
    stream.flush();
    expect(client.events).toEqual(['lead 102', 'lead 103']);
  });

  test('makes one reload of more than a browser could draw, and the next one two seconds later', () => {
    const stream = begin();
    stream.offer(changes(101, 300), 300);
    stream.flush();
    expect(client.events).toHaveLength(200);
    stream.offer(changes(301, 600), 600);
    stream.flush();
    expect(client.events.slice(200)).toEqual(['reload 600']);
    for (now = 100; now < 2_000; now += 100) {
      stream.offer(changes(600 + now * 5, 600 + now * 5 + 499), 600 + now * 5 + 499);
      stream.flush();
      expect(stream.isBehind).toBe(true);
    }
    expect(client.events.slice(200)).toEqual(['reload 600']);
    now = 2_000;
    stream.flush();
    expect(client.events.slice(200)).toEqual(['reload 600', 'reload 10599']);
    expect(stream.isBehind).toBe(false);
    stream.offer([change(10_600)], 10_600);
    stream.flush();
    expect(client.events.at(-1)).toBe('lead 10600');
  });

  test('passes a reload of the feed on, no oftener than its own', () => {
    const stream = begin();
    stream.offer([change(101), change(102, { event: 'reload', about: '' })], 102);
    stream.flush();
    stream.offer([change(103, { event: 'reload', about: '' })], 103);
    stream.flush();
    expect(client.events).toEqual(['reload 102']);
    now = 2_000;
    stream.flush();
    expect(client.events).toEqual(['reload 102', 'reload 103']);
  });

  test('never moves its client past what it owes it', () => {
    const stream = begin();
    stream.offer(changes(101, 400), 400);
    stream.flush();
    stream.offer(changes(401, 800), 800);
    stream.flush();
    stream.beat();
    expect(client.lastId).toBe(400);
  });

  test('asks to read anew where the ids have begun anew, and goes on from there', () => {
    const stream = begin();
    stream.skipTo(3);
    stream.flush();
    expect(client.events).toEqual(['reload 3']);
    stream.offer([change(4)], 4);
    stream.flush();
    expect(client.events).toEqual(['reload 3', 'lead 4']);
    expect(client.lastId).toBe(4);
  });
});

describe('a client that comes back', () => {
  test('gets what it missed before anything new', async () => {
    const stream = begin(103, 101);
    stream.offer([change(104)], 104);
    stream.flush();
    expect(client.events).toEqual([]);
    await stream.catchUp([change(102), change(103)]);
    stream.release('sent');
    expect(client.events).toEqual(['lead 102', 'lead 103', 'lead 104']);
  });

  test('with an id that never was goes on from where the feed is', () => {
    const stream = begin(103, 9_999);
    stream.release('too-much');
    stream.offer([change(104)], 104);
    stream.flush();
    expect(client.events).toEqual(['reload 103', 'lead 104']);
  });

  test('from an instance that was ahead gets nothing twice', async () => {
    const stream = begin(103, 105);
    await stream.catchUp([]);
    stream.release('sent');
    stream.offer([change(104), change(105), change(106)], 106);
    stream.flush();
    expect(client.events).toEqual(['lead 106']);
  });

  test('after too much has happened is told once to read anew, with where it stands then', () => {
    const stream = begin(9_000, 101);
    stream.release('too-much');
    expect(client.events).toEqual(['reload 9000']);
    stream.offer([change(9_001)], 9_001);
    stream.flush();
    expect(client.events).toEqual(['reload 9000', 'lead 9001']);
  });

  test('is told to read anew at once where a reload is among what it missed', async () => {
    const stream = begin(103, 101);
    await stream.catchUp([change(102), change(103, { event: 'reload', about: '' })]);
    expect(stream.mustReload).toBe(true);
    stream.release('too-much');
    expect(client.events).toEqual(['reload 103']);
  });

  test('is not moved past what it missed by a heartbeat', async () => {
    const stream = begin(103, 101);
    await stream.catchUp([change(102)]);
    stream.beat();
    expect(client.lastId).toBe(102);
  });
});

describe('a client that takes nothing', () => {
  const clog = (stream: EventStream): void => {
    client.isHanging = true;
    stream.offer([change(101, { data: JSON.stringify('x'.repeat(20_000)) })], 101);
    stream.flush();
    stream.offer([change(102)], 102);
    stream.flush();
  };

  test('is told the rest when it goes on', () => {
    const stream = begin();
    clog(stream);
    expect(client.events).toEqual(['lead 101']);
    expect(stream.isBehind).toBe(true);
    client.goOn();
    stream.flush();
    expect(client.events).toEqual(['lead 101', 'lead 102']);
  });

  test('is ended after half a minute', () => {
    const stream = begin();
    clog(stream);
    now = 29_999;
    stream.beat();
    expect(stream.hasEnded).toBe(false);
    now = 30_000;
    stream.beat();
    expect(stream.hasEnded).toBe(true);
  });

  test('holds up nothing that waits for it to take more, once it has gone', async () => {
    const stream = begin(103, 101);
    client.isHanging = true;
    const caughtUp = stream.catchUp([change(102, { data: JSON.stringify('x'.repeat(20_000)) })]);
    client.destroy();
    await expect(caughtUp).resolves.toBeUndefined();
  });
});

test('however changes come, a client has each of its own once and in order, or was told to read anew since', () => {
  const batches = fc.array(
    fc.record({ size: fc.integer({ min: 0, max: 260 }), foreign: fc.boolean(), passMs: fc.nat(1_500) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(batches, (sizes) => {
      client = new Client();
      now = 0;
      const stream = begin(0);
      let newest = 0;
      const ours: number[] = [];
      for (const { size, foreign, passMs } of sizes) {
        const batch = changes(newest + 1, newest + size, foreign ? { publisherId: 'fabrikam' } : {});
        newest += size;
        if (!foreign) ours.push(...batch.map(({ id }) => id));
        stream.offer(batch, newest);
        stream.flush();
        now += passMs;
      }
      now += 2_000;
      stream.flush();
      const told = client.events.map((event) => event.split(' ')) as [string, string][];
      expect(told.map(([, id]) => Number(id))).toEqual(
        [...new Set(told.map(([, id]) => Number(id)))].sort((one, other) => one - other),
      );
      let from = 0;
      const missing = new Set(ours);
      for (const [event, id] of told) {
        if (event === 'reload') for (const own of missing) if (own <= Number(id)) missing.delete(own);
        missing.delete(Number(id));
        expect(
          ours.filter((own) => own > from && own < Number(id)).filter((own) => missing.has(own)),
        ).toEqual([]);
        from = Number(id);
      }
      expect([...missing]).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

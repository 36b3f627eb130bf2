import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Consumer, ConsumerRunConfig, EachBatchPayload } from 'kafkajs';
import { GroupMember } from './group-member.ts';

const CRASHED = new Error('Failed to find group coordinator');

/** A client that does what the test says. */
class Client extends EventEmitter {
  readonly events = { GROUP_JOIN: 'consumer.group_join', CRASH: 'consumer.crash' } as const;
  config: ConsumerRunConfig | undefined;
  disconnected = 0;
  failing: { run?: Error; disconnect?: Error } = {};

  connect = (): Promise<void> => Promise.resolve();
  subscribe = (): Promise<void> => Promise.resolve();
  run(config: ConsumerRunConfig): Promise<void> {
    this.config = config;
    if (this.failing.run) return Promise.reject(this.failing.run);
    this.emit(this.events.GROUP_JOIN, { payload: { memberAssignment: { topic: [0] } } });
    return Promise.resolve();
  }
  disconnect(): Promise<void> {
    this.disconnected += 1;
    return this.failing.disconnect ? Promise.reject(this.failing.disconnect) : Promise.resolve();
  }
  crash(): void {
    this.emit(this.events.CRASH, { payload: { error: CRASHED, restart: false, groupId: 'group' } });
  }
}

function memberOf(client: Client, takeIn: () => Promise<void> = () => Promise.resolve()) {
  const closing = new AbortController();
  const lines: string[] = [];
  const member = new GroupMember({
    consumer: client as unknown as Consumer,
    topics: ['topic'],
    autoCommit: true,
    takeIn,
    onJoined: () => undefined,
    at: 'broker:9092',
    who: 'test',
    log: { warn: (line: string) => void lines.push(line) },
  });
  return { member, closing, lines, life: member.live(closing.signal) };
}

describe('a member of a group', () => {
  test('ends with the error its consumer crashed with, disconnected and no longer joined', async () => {
    const client = new Client();
    const { member, life } = memberOf(client);
    await turn();
    expect([member.isJoined, member.lastError]).toEqual([true, undefined]);
    client.crash();
    expect([member.isJoined, member.lastError]).toEqual([false, CRASHED]);
    expect(await life).toBe(CRASHED);
    expect(client.disconnected).toBe(1);
  });

  test('is not over while records are in hand, so that nobody gets them at the same time', async () => {
    const client = new Client();
    const inHand = Promise.withResolvers<void>();
    const { life } = memberOf(client, () => inHand.promise);
    let over = false;
    const end = life.then((error) => {
      over = true;
      return error;
    });
    await turn();
    const taking = client.config?.eachBatch?.({} as EachBatchPayload);
    client.crash();
    await turn();
    expect([client.disconnected, over]).toEqual([1, false]);
    inHand.resolve();
    await taking;
    expect(await end).toBe(CRASHED);
  });

  test('ends with why it could not run, and says so when it could not be closed in order', async () => {
    const client = new Client();
    client.failing = { run: CRASHED, disconnect: new Error('gone') };
    const { member, lines, life } = memberOf(client);
    expect(await life).toBe(CRASHED);
    expect(member.lastError).toBe(CRASHED);
    expect(lines).toEqual([expect.stringContaining('not closed in order (gone)')]);
  });

  test('ends without an error when it is closed', async () => {
    const client = new Client();
    const { member, closing, life } = memberOf(client);
    await turn();
    closing.abort();
    expect(await life).toBeUndefined();
    expect([client.disconnected, member.isJoined]).toEqual([1, false]);
  });
});

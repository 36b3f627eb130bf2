/** How long a requester waits for a token that is at hand, from its request to the opened answer. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenAnswer, topics } from '@leads/contracts';
import { type KafkaSettings, Publisher } from '@leads/kafka';
import { watchTopic } from '@leads/kafka/testing';
import { inArena } from '@leads/tools';
import { compactDecrypt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Bar } from '../writer/bar.ts';
import { percentile } from '../writer/percentile.ts';

const REQUESTS = 1_000;
const WARM_UP = 50;
const GOAL_P99_MS = 100;
const REQUESTER = 'bench';

/** A thousand requests one after the other, each as the writer makes them. */
export async function handOver(): Promise<Bar> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const folder = mkdtempSync(join(tmpdir(), 'leads-bench-keys-'));
  const keysFile = join(folder, 'requesters.json');
  writeFileSync(keysFile, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: REQUESTER }] }));
  const serviceSettings = { LOG_LEVEL: 'warn', REQUESTER_KEYS_FILE: keysFile };
  try {
    return await inArena({ serviceSettings }, async (arena) => {
      const { stack } = arena;
      const { connectionId } = await arena.connect('bench.crm4.dynamics.com', {});
      const kafka = stack.kafkaAs('dynamics-writer');
      const answers = await listen(kafka);
      const publisher = new Publisher(kafka);
      const took: number[] = [];
      try {
        for (let number = 0; number < REQUESTS + WARM_UP; number += 1) {
          const began = performance.now();
          await ask();
          if (number >= WARM_UP) took.push(performance.now() - began);
        }
      } finally {
        await publisher.disconnect();
        await answers.close();
      }
      const [p50, p99] = [percentile(took, 0.5), percentile(took, 0.99)];
      return {
        bar: 'hand-over',
        value: p99,
        unit: 'ms p99 from request to opened answer',
        goal: `p99 <= ${GOAL_P99_MS} ms`,
        met: p99 <= GOAL_P99_MS,
        p50,
        requests: took.length,
      };

      async function ask(): Promise<void> {
        const requestId = randomUUID();
        const pair = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
        const { kty, crv, x, y } = await exportJWK(pair.publicKey);
        const claims = { connectionId, refresh: false, epk: { kty, crv, x, y } };
        const request = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'EdDSA', kid: REQUESTER })
          .setJti(requestId)
          .setIssuer(REQUESTER)
          .setSubject(`${REQUESTER}-1`)
          .setAudience('credentials')
          .setIssuedAt()
          .setExpirationTime('30s')
          .sign(privateKey);
        const answered = answers.to(requestId);
        await publisher.publish(topics.tokensRequested, [{ request }]);
        const { plaintext } = await compactDecrypt(await answered, pair.privateKey);
        const answer = TokenAnswer.parse(JSON.parse(new TextDecoder().decode(plaintext)));
        if (answer.kind !== 'token') throw new Error(`No token: ${answer.what}`);
      }
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Answers {
  /** The sealed answer to a request, once it has come. */
  to: (requestId: string) => Promise<string>;
  close: () => Promise<void>;
}

async function listen(settings: KafkaSettings): Promise<Answers> {
  const waiting = new Map<string, (sealed: string) => void>();
  const { close } = await watchTopic(settings, topics.tokensIssued, (records) => {
    for (const { value } of records) waiting.get(value.requestId)?.(value.sealed);
  });
  return {
    to: async (requestId) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      waiting.set(requestId, resolve);
      const sealed = await promise;
      waiting.delete(requestId);
      return sealed;
    },
    close,
  };
}

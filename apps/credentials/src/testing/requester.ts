/** Asks for tokens as the writer does: signs a request, waits for its sealed answer, opens it. */
import { randomUUID } from 'node:crypto';
import { compactDecrypt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  EphemeralPublicKey,
  TokenAnswer,
  type TokenClaims,
  type TokenIssued,
  topics,
} from '@leads/contracts';
import { type KafkaSettings, Publisher } from '@leads/kafka';
import { watchTopic } from '@leads/kafka/testing';
import { eventually } from '@leads/testing';

export interface Requester {
  /** What the service registers: a JWKS. */
  jwks: string;
  /** A signed request and what opens its answer; `changes` make it wrong in some way. */
  request: (connectionId: string, changes?: Partial<TokenClaims>) => Promise<SealedRequest>;
  /** Publishes a request as it is. */
  publish: (request: string) => Promise<void>;
  /** Every answer seen so far. */
  answers: () => TokenIssued[];
  /** Asks, waits and opens. */
  ask: (connectionId: string, changes?: Partial<TokenClaims>) => Promise<TokenAnswer>;
  close: () => Promise<void>;
}

interface SealedRequest {
  requestId: string;
  request: string;
  open: (sealed: string) => Promise<TokenAnswer>;
}

/** Starts listening to the answers. */
export async function startRequester(kafka: KafkaSettings, name = 'dynamics-writer'): Promise<Requester> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: name, alg: 'EdDSA' }] });
  const listening = await watchTopic(kafka, topics.tokensIssued);
  const publisher = new Publisher(kafka);

  async function request(connectionId: string, changes: Partial<TokenClaims> = {}): Promise<SealedRequest> {
    const pair = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
    const iat = Math.floor(Date.now() / 1_000);
    const claims: TokenClaims = {
      jti: randomUUID(),
      iss: name,
      sub: `${name}-1`,
      aud: 'credentials',
      iat,
      exp: iat + 30,
      connectionId,
      refresh: false,
      epk: EphemeralPublicKey.parse(await exportJWK(pair.publicKey)),
      ...changes,
    };
    const signed = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: name }).sign(privateKey);
    return {
      requestId: claims.jti,
      request: signed,
      open: async (sealed) => {
        const { plaintext } = await compactDecrypt(sealed, pair.privateKey);
        return TokenAnswer.parse(JSON.parse(new TextDecoder().decode(plaintext)));
      },
    };
  }
  const publish = (signed: string): Promise<void> =>
    publisher.publish(topics.tokensRequested, [{ request: signed }]);

  const answers = (): TokenIssued[] => listening.values();
  return {
    jwks,
    answers,
    request,
    publish,
    ask: async (connectionId, changes) => {
      const sealed = await request(connectionId, changes);
      await publish(sealed.request);
      const issued = await eventually(() => {
        const found = answers().find(({ requestId }) => requestId === sealed.requestId);
        if (!found) throw new Error('no answer yet');
        return found;
      });
      return sealed.open(issued.sealed);
    },
    close: async () => {
      await listening.close();
      await publisher.disconnect();
    },
  };
}

/**
 * Signatures of records: each proves which service published it, to which topic, under which key and with which bytes.
 * A JWS with detached content (RFC 7515, appendix F) in a header of the record, over the name of the topic in the
 * catalogue, the record's key and its value.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { surelyGoneAfterMs, type Topic } from '@leads/contracts';
import { keyHolder, type ServiceKey, type SigningKey } from '@leads/contracts/service-keys';
import type { KafkaMessage } from 'kafkajs';
import { z } from 'zod';
import type { Encoded } from './record-coding.ts';
import type { RecordSigning } from './settings.ts';

/** The header of a record that holds its signature. */
export const SIGNATURE = 'signature';

/** What is signed, so that the same key's signature of a request is never taken for one of a record, nor the reverse. */
const TYPE = 'leads-record+jws';

/** Longer than any signature of ours, in bytes. */
const LONGEST = 1_000;

/** Strict: what a header says that nobody here understands is nothing that may be passed over. */
const Protected = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.literal(TYPE),
  kid: z.string(),
  /** When it was signed, in seconds since the epoch. */
  iat: z.number(),
});

/** Makes the signature of a record that goes into a topic. */
export type SignRecord = (topic: string, record: Encoded) => string;

/** Says why nothing proves that a service which may publish the topic has published this, or `undefined` where it is proven. */
export type CheckRecord = (
  topic: Topic,
  record: Pick<KafkaMessage, 'key' | 'value' | 'headers'>,
) => string | undefined;

/** @param now milliseconds since the epoch */
export function recordSigner(key: SigningKey, now: () => number = Date.now): SignRecord {
  const secret = createPrivateKey({ key, format: 'jwk' });
  return (topic, { key: recordKey, value }) => {
    const iat = Math.floor(now() / 1_000);
    const stated: z.infer<typeof Protected> = { alg: 'EdDSA', typ: TYPE, kid: key.kid, iat };
    const header = Buffer.from(JSON.stringify(stated)).toString('base64url');
    const content = signedContent(topic, Buffer.from(recordKey), Buffer.from(value));
    return `${header}..${sign(null, signingInput(header, content), secret).toString('base64url')}`;
  };
}

/**
 * Signatures are good for as long as a topic keeps records: a record that somebody kept for longer, when nobody
 * remembers any more what was done about it, is not taken again.
 * @param now milliseconds since the epoch
 */
export function recordChecker(
  { known, unsignedUntil = -Infinity }: Pick<RecordSigning, 'known' | 'unsignedUntil'>,
  now: () => number = Date.now,
): CheckRecord {
  const keys = new Map<string, { by: string; key: KeyObject }>(
    known.map((jwk) => [jwk.kid, { by: keyHolder(jwk), key: publicKeyOf(jwk) }]),
  );
  return (topic, { key, value, headers }) => {
    const given = headers?.[SIGNATURE];
    if (given === undefined) return now() < unsignedUntil ? undefined : 'It is not signed.';
    if (key === null || value === null) return 'It has no key or no value, and is none of ours.';
    const signature = readSignature(given);
    if (!signature) return 'Its signature cannot be read.';
    const signer = keys.get(signature.kid);
    if (!signer) return 'It is signed with a key that is not known here.';
    if (!topic.publishers.some((name) => name === signer.by)) {
      return `It is signed by ${signer.by}, which may not publish ${topic.name}.`;
    }
    const input = signingInput(signature.header, signedContent(topic.name, key, value));
    if (!verify(null, input, signer.key, signature.bytes)) {
      return 'Its signature is of another topic, key or value, or by another key than it says.';
    }
    const age = now() - signature.iat * 1_000;
    return age > surelyGoneAfterMs(topic)
      ? 'It was signed longer ago than its topic keeps records.'
      : undefined;
  };
}

interface Signature {
  header: string;
  kid: string;
  iat: number;
  bytes: Buffer;
}

function readSignature(given: NonNullable<KafkaMessage['headers']>[string]): Signature | undefined {
  if (given === undefined || Array.isArray(given) || given.length > LONGEST) return undefined;
  const [header = '', content, signature = '', ...more] = given.toString().split('.');
  if (content !== '' || more.length > 0) return undefined;
  try {
    const { kid, iat } = Protected.parse(JSON.parse(Buffer.from(header, 'base64url').toString()));
    return { header, kid, iat, bytes: Buffer.from(signature, 'base64url') };
  } catch {
    // Whatever else it is, it is no signature.
    return undefined;
  }
}

/** Lengths before the parts, so that nothing can be moved from one into the next. */
function signedContent(topic: string, key: Buffer, value: Buffer): Buffer {
  const name = Buffer.from(topic);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(name.length, 0);
  lengths.writeUInt32BE(key.length, 4);
  return Buffer.concat([lengths, name, key, value]);
}

function signingInput(header: string, content: Buffer): Buffer {
  return Buffer.from(`${header}.${content.toString('base64url')}`);
}

function publicKeyOf(key: ServiceKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

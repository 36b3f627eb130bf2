/** Seals an answer to the requester's ephemeral key: nobody else who reads the topic can open it. */
import { CompactEncrypt, importJWK } from 'jose';
import type { EphemeralPublicKey, TokenAnswer } from '@leads/contracts';

/** @returns a compact JWE (ECDH-ES, A256GCM); the request id stands in its header, authenticated, and inside */
export async function sealAnswer(answer: TokenAnswer, to: EphemeralPublicKey): Promise<string> {
  const key = await importJWK(to, 'ECDH-ES');
  return new CompactEncrypt(Buffer.from(JSON.stringify(answer)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: answer.requestId })
    .encrypt(key);
}

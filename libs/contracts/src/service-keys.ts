/** The Ed25519 keys by which services prove who they are: to each other in requests, and to all in what they publish. */
import { z } from 'zod';

/** `portal`, or `portal.2027` beside it while keys are changed: the service is what stands before the dot. */
const KeyId = z
  .string()
  .regex(/^[a-z][a-z-]*(\.[\w-]{1,50})?$/, 'a kid is the name of a service, or <name>.<anything>');
const Ed25519 = { kid: KeyId, kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() };

const PrivateKey = z.object({ ...Ed25519, d: z.string() });
const PublicKey = z
  // A private key in the file of public ones is a mistake that must not go unseen.
  .object({ ...Ed25519, d: z.undefined({ error: 'must not be there: this is a private key' }).optional() })
  .transform(({ kid, kty, crv, x }) => ({ kid, kty, crv, x }));
const PublicKeys = z
  .object({ keys: z.array(PublicKey).min(1) })
  .refine(
    ({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length,
    'two keys have the same kid',
  );

/** The private key that a service signs with, a JWK. */
export type SigningKey = z.infer<typeof PrivateKey>;

/** A public key of a service, a JWK. */
export type ServiceKey = z.infer<typeof PublicKey>;

/** Reads a private Ed25519 key, a JWK. @throws Error with what is wrong with it */
export function readSigningKey(text: string): SigningKey {
  return PrivateKey.parse(JSON.parse(text));
}

/** Reads a JWKS with the public keys of services; two of one service are as good as one. @throws Error with what is wrong */
export function readServiceKeys(text: string): readonly ServiceKey[] {
  return PublicKeys.parse(JSON.parse(text)).keys;
}

/** The service whose key it is. */
export function keyHolder({ kid }: { kid: string }): string {
  return kid.split('.', 1)[0] ?? '';
}

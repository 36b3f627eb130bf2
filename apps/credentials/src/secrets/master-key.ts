/** The master key: wraps the data keys of secrets. Where it lives is behind this one small interface. */

/** A data key as it is stored: useless without the master key that is named. */
export interface WrappedKey {
  masterKeyId: string;
  wrapped: Buffer;
}

/** The names of master keys are not secret; the keys never leave what implements this. */
export interface MasterKeys {
  /** Wraps under the newest master key. @throws MasterKeyUnreadable */
  wrap(dataKey: Buffer): Promise<WrappedKey>;
  /** @throws MasterKeyUnreadable, MasterKeyMissing where the named key is not at hand, CannotOpen where the bytes do not open. */
  unwrap(key: WrappedKey): Promise<Buffer>;
}

/** The master key that wrapped a data key is not among those at hand. */
export class MasterKeyMissing extends Error {
  constructor(masterKeyId: string) {
    super(`The master key ${masterKeyId} is not at hand.`);
  }
}

/** The master keys cannot be read or reached: says where and why, never what they are. */
export class MasterKeyUnreadable extends Error {}

/** Master keys from a file: one base64 line a key, the first wraps, the others only open what they wrapped. */
import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { CannotOpen, decrypt, encrypt } from './envelope.ts';
import { MasterKeyMissing, type MasterKeys, MasterKeyUnreadable, type WrappedKey } from './master-key.ts';

const KEY_BYTES = 32;

/** One key with the name that is stored beside what it wraps. */
export interface NamedKey {
  id: string;
  key: Buffer;
}

/** The name of a key tells keys apart and nothing of the key. */
function nameOf(key: Buffer): string {
  return `local-${createHash('sha256').update('leads master key').update(key).digest('hex').slice(0, 16)}`;
}

/** Reads the text of a key file. @throws MasterKeyUnreadable */
function readKeyRing(text: string): [NamedKey, ...NamedKey[]] {
  const lines = text.split(/[\s,]+/).filter((line) => line !== '');
  const keys = lines.map((line, index) => {
    const key = Buffer.from(line, 'base64');
    if (key.length !== KEY_BYTES || key.toString('base64') !== line) {
      throw new MasterKeyUnreadable(`line ${index + 1} is not ${KEY_BYTES} bytes in base64`);
    }
    return { id: nameOf(key), key };
  });
  const [first, ...others] = keys;
  if (!first) throw new MasterKeyUnreadable('there is no key in it');
  return [first, ...others];
}

/**
 * Master keys from a text that can change while serving: it is read for each wrapping, and again when a key is
 * named that was not known, so a rotation needs no restart.
 */
export class KeyRing implements MasterKeys {
  private known = new Map<string, Buffer>();

  constructor(private readonly readText: () => Promise<string>) {}

  async wrap(dataKey: Buffer): Promise<WrappedKey> {
    const [current] = await this.load();
    const wrapped = encrypt(dataKey, current.key, randomBytes(12), Buffer.from(current.id));
    return { masterKeyId: current.id, wrapped };
  }

  async unwrap({ masterKeyId, wrapped }: WrappedKey): Promise<Buffer> {
    if (!this.known.has(masterKeyId)) await this.load();
    const key = this.known.get(masterKeyId);
    if (!key) throw new MasterKeyMissing(masterKeyId);
    const dataKey = decrypt(wrapped, key, Buffer.from(masterKeyId));
    if (dataKey.length !== KEY_BYTES) throw new CannotOpen();
    return dataKey;
  }

  private async load(): Promise<[NamedKey, ...NamedKey[]]> {
    const keys = readKeyRing(await this.readText());
    this.known = new Map(keys.map(({ id, key }) => [id, key]));
    return keys;
  }
}

/** A key ring from a file. */
export function fileKeyRing(path: string): KeyRing {
  return new KeyRing(async () => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new MasterKeyUnreadable(`the file cannot be read (${code})`);
    }
  });
}

/**
 * Puts a new key in the first place of a key file. Whoever reads the file meanwhile finds the old text or the new
 * one; after a crash too.
 */
export async function addKeyToFile(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  readKeyRing(text);
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n${text.trim()}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

/** Keys with which services prove to each other who sends a request, in files of a test's own. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

/** Makes a key for each of the services; the files are as SERVICE_KEYS_FILE and SERVICE_SIGNING_KEY_FILE name them. */
export async function makeServiceKeys<Name extends string>(
  folder: string,
  names: readonly Name[],
): Promise<{ keysFile: string; signingKeyFiles: Record<Name, string> }> {
  const made = names.map((kid) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const file = `${folder}/${kid}.jwk.json`;
    return {
      entry: [kid, file] as const,
      file,
      own: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid }),
      known: { ...publicKey.export({ format: 'jwk' }), kid },
    };
  });
  const keysFile = `${folder}/service-keys.json`;
  await writeFile(keysFile, JSON.stringify({ keys: made.map(({ known }) => known) }));
  for (const { file, own } of made) await writeFile(file, own, { mode: 0o600 });
  return {
    keysFile,
    signingKeyFiles: Object.fromEntries(made.map(({ entry }) => entry)) as Record<Name, string>,
  };
}

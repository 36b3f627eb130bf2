import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type KeyVaultStandIn, startKeyVault, vaultUrl } from '../testing/key-vault.ts';
import { CannotOpen } from './envelope.ts';
import { KeyVaultKeys } from './key-vault-keys.ts';

const token = 'vault-token';
let vault: KeyVaultStandIn;

beforeEach(async () => {
  vault = await startKeyVault(token);
});
afterEach(() => vault.close());

function keys(given = token, keyUrl = `${vaultUrl}/keys/master`): KeyVaultKeys {
  const credential = {
    getToken: () => Promise.resolve({ token: given, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  return new KeyVaultKeys({
    keyUrl,
    credential,
    client: { httpClient: vault.httpClient, retryOptions: { maxRetries: 0 } },
  });
}

describe('master keys in Azure Key Vault', () => {
  test('wrap under the newest version and unwrap under the one that is named', async () => {
    const dataKey = randomBytes(32);
    const first = await keys().wrap(dataKey);
    expect(first.masterKeyId).toMatch(/^https:\/\/leads\.vault\.azure\.net\/keys\/master\/[0-9a-f]{32}$/);
    const newest = vault.rotate();
    const second = await keys().wrap(dataKey);
    expect(second.masterKeyId).toBe(newest);
    expect(await keys().unwrap(first)).toEqual(dataKey);
    expect(await keys().unwrap(second)).toEqual(dataKey);
    expect(vault.requests).toContain(`POST ${new URL(newest).pathname}/unwrapkey`);
  });

  test('fail closed on what was changed, on a version that is gone, and on a key elsewhere', async () => {
    const wrapped = await keys().wrap(randomBytes(32));
    const changed = Buffer.from(wrapped.wrapped);
    changed[9] = (changed[9] ?? 0) ^ 1;
    await expect(keys().unwrap({ ...wrapped, wrapped: changed })).rejects.toThrow(CannotOpen);
    const gone = `${vaultUrl}/keys/master/${'0'.repeat(32)}`;
    await expect(keys().unwrap({ ...wrapped, masterKeyId: gone })).rejects.toThrow('is not at hand');
    const elsewhere = 'https://evil.vault.azure.net/keys/master/1';
    await expect(keys().unwrap({ ...wrapped, masterKeyId: elsewhere })).rejects.toThrow('is not at hand');
  });

  test('say in words that the vault refuses, or that no key is named', async () => {
    await expect(keys('wrong').wrap(randomBytes(32))).rejects.toThrow(
      'the key vault answers with status 401',
    );
    await expect(keys(token, `${vaultUrl}/keys/other`).wrap(randomBytes(32))).rejects.toThrow('status 404');
    expect(() => keys(token, `${vaultUrl}/secrets/master`)).toThrow('does not name a key');
  });
});

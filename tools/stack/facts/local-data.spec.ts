import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from '../config.ts';
import { removeVolumes } from '../infrastructure/docker.ts';
import type { VolumeKeeper } from '../infrastructure/docker.ts';
import { Unready } from '../failure.ts';
import { describeReset, localVolumes, masterKeyDoesNotFit, withRemedy } from './local-data.ts';

describe('removing the volumes', () => {
  const answering = (failures: Record<string, number>): VolumeKeeper => ({
    getVolume: (name) => ({
      remove() {
        const statusCode = failures[name];
        if (statusCode === undefined) return Promise.resolve();
        return Promise.reject(Object.assign(new Error('volume is in use'), { statusCode }));
      },
    }),
  });

  test('names those that were there and takes those that were not as removed already', async () => {
    expect(await removeVolumes(answering({ kafka: 404 }), ['kafka', 'postgres'])).toEqual(['postgres']);
  });

  test('says which one a container still holds, and that .local/ is untouched', async () => {
    const removing = removeVolumes(answering({ postgres: 409 }), ['kafka', 'postgres']);
    await expect(removing).rejects.toThrow(Unready);
    await expect(removing).rejects.toThrow(
      /postgres could not be removed \(volume is in use\).*\.local\/ was left/,
    );
  });
});

describe('what reset says', () => {
  test('names the folder and every volume that it removed', () => {
    expect(describeReset({ local: true, volumes: ['a-kafka', 'a-postgres'] })).toBe(
      'Cleared .local/, the Docker volume a-kafka, the Docker volume a-postgres: what earlier runs kept there is gone.',
    );
  });

  test('does not claim the folder where only a volume was left', () => {
    expect(describeReset({ local: false, volumes: ['a-postgres'] })).toMatch(
      /^Cleared the Docker volume a-postgres:/,
    );
  });

  test('says that there was nothing, and what clears the rest', () => {
    expect(describeReset({ local: false, volumes: [] })).toBe(
      'There was nothing to clear of npm start; docker compose down -v clears what docker compose keeps.',
    );
  });

  test('names the volumes that may be left where no Docker engine answers', () => {
    const said = describeReset({ local: true, volumes: undefined });
    expect(said).toContain(localVolumes.kafka);
    expect(said).toContain(localVolumes.postgres);
  });
});

describe('a start that fails', () => {
  test('because the master key does not fit the database names npm run reset', () => {
    const error = withRemedy(new Unready(`credentials ended: its ${masterKeyDoesNotFit}.`));
    expect(error).toBeInstanceOf(Unready);
    expect((error as Unready).message).toMatch(/credentials ended.*npm run reset/s);
  });

  test('for another reason is told as it is', () => {
    const error = new Unready('Port 4000 is taken.');
    expect(withRemedy(error)).toBe(error);
  });

  test('is recognised by the words that credentials uses', () => {
    const source = join(root, 'apps', 'credentials', 'src', 'secrets', 'check-master-key.ts');
    expect(readFileSync(source, 'utf8')).toContain(masterKeyDoesNotFit);
  });
});

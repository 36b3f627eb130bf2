/** docker-compose.yml against the stack's own declarations: both run the same services, told the same. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SERVICES, type ServiceName } from '@leads/contracts';
import { type Container, containersOf } from './compose/compose-file.ts';
import { databaseUsers, folders, holders, passwordFile } from './compose/holders.ts';
import { fixedPorts, root } from './stack/config.ts';
import { singleNodeSettings } from './stack/infrastructure/broker-settings.ts';
import { serviceDeclarations } from './stack/services.ts';

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const compose = textOf('docker-compose.yml');
const containers = containersOf(compose);
const services = serviceDeclarations.map(({ name }) => name);

function container(name: string): Container {
  const found = containers.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`docker-compose.yml has no container ${name}.`);
  return found;
}

/** The names of the containers of which this holds. */
function those(holds: (container: Container) => boolean): string[] {
  return containers
    .filter(holds)
    .map(({ name }) => name)
    .sort();
}

/** Stands for what every run makes anew, so that fixed settings can be told from such. */
const made = '(made)';
const around = {
  keys: {
    masterKeyFile: made,
    requesterKeysFile: made,
    credentialsApiKey: made,
    credentialsApiKeyFile: made,
    serviceKeysFile: made,
    signingKeyFiles: Object.fromEntries(SERVICES.map((name) => [name, made])) as Record<ServiceName, string>,
    sessionKeyFile: made,
  },
  gatewayUrl: made,
  credentialsUrl: made,
  writerUrl: made,
  portalUrl: made,
  emulatorsUrl: made,
  smtpUrl: made,
};

describe('docker compose runs what npm start runs:', () => {
  test('the broker has the settings of every other single node', () => {
    const settings = Object.entries(singleNodeSettings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]);
    expect(Object.fromEntries(container('kafka').environment)).toMatchObject(
      Object.fromEntries(settings) as Record<string, string>,
    );
  });

  test.each(serviceDeclarations)('$name is told the same', ({ name, settings }) => {
    const declared = settings(around);
    // Beyond it, the address of its own role, and what is only passed on from .env.
    const told = new Map(
      [...container(name).ownEnvironment].filter(
        ([variable, value]) => variable !== 'DATABASE_URL' && value !== '',
      ),
    );
    expect([...told.keys()].sort()).toEqual(Object.keys(declared).sort());
    const fixed = Object.entries(declared).filter(([, value]) => !value.includes(made));
    // What an installation may say otherwise stands as the default in `${NAME:-default}`.
    for (const [variable, value] of fixed)
      expect([variable, told.get(variable)]).toEqual([variable, expect.stringContaining(value)]);
  });

  test.each(serviceDeclarations)('$name starts after its migrations, and the seed after it', ({ name }) => {
    expect(container(`migrate-${name}`).block.get('build')).toContain(`SERVICE: ${name} `);
    expect(container(name).block.get('depends_on')).toContain(
      `migrate-${name}: { condition: service_completed_successfully }`,
    );
    expect(container('seed').block.get('depends_on')).toContain(`${name}: { condition: service_healthy }`);
  });

  test('a container is asked whether it runs, not whether others do, at a port that is not published', () => {
    const [, health] = /^ENV .*HEALTH=(\S+)$/m.exec(textOf('Dockerfile')) ?? [];
    expect(health).toBe('8081/health/live');
    expect(compose).not.toMatch(/:8081\b/);
  });

  test('every published port is the one of npm start, moved by the same variable', () => {
    const usual = Object.fromEntries(
      Object.values(fixedPorts()).map(({ variable, port }) => [variable, String(port)]),
    );
    const published = [...compose.matchAll(/127\.0\.0\.1:\$\{(\w+):-(\d+)\}:\d+/g)];
    expect(published).not.toEqual([]);
    for (const [, variable = '', port] of published)
      expect([variable, port]).toEqual([variable, usual[variable]]);
  });

  test('an image of ours is built here, and no registry is asked for its name', () => {
    const ours = containers.filter(({ block }) => block.get('image')?.startsWith('marketplace-leads/'));
    const policies = Object.fromEntries(ours.map(({ name, block }) => [name, block.get('pull_policy')]));
    // A key is replaced by the image that runs, which is there then.
    expect(policies).toEqual({
      ...Object.fromEntries(those(({ block }) => block.has('build')).map((name) => [name, 'build'])),
      'rotate-master-key': 'never',
    });
  });
});

test('what operators are told to run in a container is in its image', () => {
  const told = textOf('docs/operate.md').matchAll(/docker compose exec (\S+) node (\S+)\.js/g);
  const sources = [...told].map(([, service = '', command = '']) =>
    join('apps', service.replace('<service>', 'portal'), `${command.replace('dist/', 'src/')}.ts`),
  );
  expect(sources).toHaveLength(4);
  expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

describe('what .env says', () => {
  /** The settings of services in .env.example, by whether every one of them has it. */
  const settings = textOf('.env.example')
    .split(/^# --- /m)
    .map((section) => ({
      heading: section.slice(0, section.indexOf(' --')),
      names: [...section.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name),
    }))
    .filter(
      ({ heading }) => /every service/i.test(heading) || services.some((name) => heading.includes(name)),
    )
    .flatMap(({ heading, names }) =>
      names.map((name) => ({ name, isOfAll: heading.startsWith('Every service') })),
    );
  /** docs/operate.md says so of each: broker, database, keys and Microsoft are the containers' own. */
  const [, withoutEffect = ''] = /without effect there: (.+)$/m.exec(textOf('docs/operate.md')) ?? [];
  const fixed = [...withoutEffect.matchAll(/`([A-Z0-9_]+\*?)`/g)].map(
    ([, name = '']) => new RegExp(`^${name.replace('*', '\\w*')}$`),
  );

  test.each(settings.filter(({ name }) => !fixed.some((pattern) => pattern.test(name))))(
    'reaches who has the setting, or is without effect in so many words: $name',
    ({ name, isOfAll }) => {
      const reached = those(({ environment }) => {
        const value = environment.get(name);
        return value !== undefined && (value === '' || value.includes(`\${${name}`));
      });
      if (isOfAll) expect(reached).toEqual(expect.arrayContaining(services));
      else expect(reached).not.toEqual([]);
    },
  );
});

describe('a container sees no more than it needs:', () => {
  const mounts = (volume: string): string[] =>
    those(({ volumes }) => volumes.some((mount) => mount.startsWith(`${volume}:`)));

  test('the master key is where credentials runs, and nowhere else', () => {
    expect(holders['master.key']).toEqual(['credentials']);
    expect(mounts('keys-credentials')).toEqual([
      'credentials',
      'make-keys',
      'migrate-credentials',
      'rotate-master-key',
    ]);
  });

  test.each(services)('the keys of %s are seen by it, its migrations and who makes them', (name) => {
    const beside =
      { credentials: ['rotate-master-key'], portal: ['register-publisher'] }[name as string] ?? [];
    expect(mounts(`keys-${name}`)).toEqual([name, 'make-keys', `migrate-${name}`, ...beside].sort());
    expect(container(name).volumes).toEqual([`keys-${name}:/keys:ro`]);
  });

  test.each(services)('%s is told the files that it holds, and no others', (name) => {
    const told = [...container(name).environment.values()]
      .filter((value) => value.startsWith('/keys/'))
      .map((value) => value.slice('/keys/'.length));
    const held = Object.entries(holders).flatMap(([file, who]) => (who.includes(name) ? [file] : []));
    expect([...new Set(told)].sort()).toEqual([...held, passwordFile].sort());
  });

  test('every private key has one holder', () => {
    const shared = Object.entries(holders).filter(([, who]) => who.length > 1);
    // Public keys, and the key that the seed opens the API with.
    expect(shared.map(([file]) => file).sort()).toEqual(['credentials-api.key', 'service-keys.json']);
  });

  test('only the job that makes keys can write them, and the one that is run by hand to replace the master key', () => {
    const writable = those(({ volumes }) =>
      volumes.some((mount) => mount.startsWith('keys-') && !mount.endsWith(':ro')),
    );
    // The seed keeps the address that it published beside its key.
    expect(writable).toEqual(['make-keys', 'rotate-master-key', 'seed']);
    expect(container('rotate-master-key').block.get('profiles')).toBe('[by-hand]');
    expect(container('make-keys').volumes).toEqual(
      expect.arrayContaining(folders.map((name) => `keys-${name}:/keys/${name}`)),
    );
  });

  test.each(services)('%s and its migrations reach the database by its own role', (name) => {
    expect(databaseUsers).toContain(name);
    for (const one of [name, `migrate-${name}`]) {
      expect(container(one).environment.get('DATABASE_URL')).toBe(`postgres://${name}@postgres:5432/leads`);
      expect(container(one).environment.get('DATABASE_PASSWORD_FILE')).toBe(`/keys/${passwordFile}`);
    }
  });

  test('the role that owns the schemas is that of migrations alone, and the superuser has no password', () => {
    const migrations = services.map((name) => `migrate-${name}`).sort();
    expect(those(({ environment }) => environment.has('DATABASE_OWNER_URL'))).toEqual(migrations);
    expect(mounts('keys-database')).toEqual(['make-keys', ...migrations, 'postgres'].sort());
    expect(compose).not.toMatch(/POSTGRES_PASSWORD:|postgres:\/\/postgres\b/);
    expect(textOf('tools/compose/owner.sql')).toMatch(/^alter role postgres password null;$/m);
    expect(textOf('tools/compose/owner.sql')).not.toMatch(/^create role .*superuser/m);
  });
});

describe('a container may do no more than it needs:', () => {
  test.each(containers)('$name writes where its data is, and has limits', ({ block }) => {
    expect(block.get('read_only')).toBe('true');
    expect(block.get('cap_drop')).toBe('[ALL]');
    expect(block.get('security_opt')).toBe("['no-new-privileges:true']");
    expect(block.get('mem_limit')).toMatch(/^\d+[mg]$/);
    expect(block.get('pids_limit')).toMatch(/^\d+$/);
    expect(block.get('init')).toBe('true');
    expect(block.get('logging')).toContain('max-size');
    for (const more of ['cap_add', 'privileged', 'devices', 'pid', 'ipc'])
      expect(block.has(more)).toBe(false);
    expect(block.get('network_mode') ?? 'none').toBe('none');
    expect(block.get('user') ?? 'node').not.toMatch(/root|^0/);
  });

  test.each(containers.filter(({ block }) => block.get('restart') === 'unless-stopped'))(
    '$name has time to end in good order',
    ({ block }) => {
      expect(Number.parseInt(block.get('stop_grace_period') ?? '', 10)).toBeGreaterThanOrEqual(30);
    },
  );

  test('what is mounted of this folder can only be read', () => {
    const mounted = containers.flatMap(({ volumes }) => volumes.filter((mount) => /^[./]/.test(mount)));
    expect(mounted.filter((mount) => !/:ro(,z)?$/.test(mount))).toEqual([]);
  });
});

/** docker-compose.yml against the stack's own declarations: both run the same services, told the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fixedPorts, root } from './stack/config.ts';
import { singleNodeSettings } from './stack/infrastructure/broker-settings.ts';
import { serviceDeclarations } from './stack/services.ts';

const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

/** The lines of one container. */
function container(name: string): string {
  const [, block = ''] = new RegExp(`^  ${name}:\\n((?:(?:    .*)?\\n)+)`, 'm').exec(compose) ?? [];
  return block;
}

/** What a container is told, by name; what it shares with all others comes from an anchor and is not among it. */
function environmentOf(name: string): Record<string, string> {
  const settings = [...container(name).matchAll(/^ {6}([A-Z][A-Z0-9_]+): (.+)$/gm)];
  return Object.fromEntries(
    settings.map(([, variable = '', value = '']) => [variable, value.replace(/^'(.*)'$/, '$1')]),
  );
}

/** Stands for what every run makes anew, so that fixed settings can be told from such. */
const made = '(made)';
const around = {
  keys: {
    masterKeyFile: made,
    requesterKeysFile: made,
    writerSigningKeyFile: made,
    credentialsApiKey: made,
    serviceKeysFile: made,
    portalSigningKeyFile: made,
    credentialsSigningKeyFile: made,
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
    expect(environmentOf('kafka')).toMatchObject(Object.fromEntries(settings) as Record<string, string>);
  });

  test.each(serviceDeclarations)('$name is told the same', ({ name, settings }) => {
    const declared = settings(around);
    const told = environmentOf(name);
    expect(Object.keys(told).sort()).toEqual(Object.keys(declared).sort());
    const fixed = Object.entries(declared).filter(([, value]) => !value.includes(made));
    // What an installation may say otherwise stands as the default in `${NAME:-default}`.
    for (const [variable, value] of fixed)
      expect([variable, told[variable]]).toEqual([variable, expect.stringContaining(value)]);
  });

  test.each(serviceDeclarations)('$name starts after its migrations, and the seed after it', ({ name }) => {
    expect(container(`migrate-${name}`)).toContain(`SERVICE: ${name} `);
    expect(container(name)).toContain(`migrate-${name}: { condition: service_completed_successfully }`);
    expect(container('seed')).toContain(`${name}: { condition: service_healthy }`);
  });

  test('a container is asked whether it runs, not whether others do, at a port that is not published', () => {
    const [, health] = /^ENV .*HEALTH=(\S+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
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
});

/** What a new service is made of, and every place that names the services; pure. */

/** What there is to say about a new service. */
export interface NewService {
  /** Its folder below `apps`, in lower case with hyphens. */
  readonly name: string;
  /** Where it listens in `npm start`. */
  readonly port: number;
  /** Half a sentence for the README. */
  readonly purpose: string;
}

const SERVICES = 'tools/stack/services.ts';
const PORTS = 'tools/stack/config.ts';
const KEYS = 'tools/stack/facts/keys.ts';
const NAMES = 'libs/contracts/src/services.ts';
const COMPOSE = 'docker-compose.yml';
const HOLDERS = 'tools/compose/holders.ts';
const CONFIGURATION = [
  'package.json',
  'jest.config.js',
  'tsconfig.json',
  'tsconfig.lib.json',
  'tsconfig.spec.json',
];
const MODEL = 'ingest-gateway';

/** The files that it is made from: those that name every service, and the configuration of one. */
export const PLACES: readonly string[] = [
  ...[NAMES, SERVICES, KEYS, PORTS, COMPOSE, HOLDERS, '.env.example', 'README.md', 'knip.json'],
  ...CONFIGURATION.map((file) => `apps/${MODEL}/${file}`),
];

/**
 * @param files the texts of `PLACES`, by path
 * @returns what to write, by path
 * @throws where a file no longer has the line before which the service belongs
 */
export function newService(
  files: Readonly<Record<string, string>>,
  { name, port, purpose }: NewService,
): Record<string, string> {
  const key = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const variable = `${name.replaceAll('-', '_').toUpperCase()}_PORT`;
  const schema = name.replaceAll('-', '_');
  const words = name.replaceAll('-', ' ');
  const textOf = (path: string): string => files[path] ?? '';
  const before = (path: string, line: string, added: string): [string, string] => {
    const [head, tail] = split(path, textOf(path), line);
    return [path, `${head}${added}${tail}`];
  };
  const { workspaces, ...knip } = JSON.parse(textOf('knip.json')) as { workspaces: Record<string, unknown> };

  return {
    ...Object.fromEntries<string>([
      before(NAMES, '] as const', `  '${name}', // ${purpose}\n`),
      before(
        SERVICES,
        '] as const satisfies',
        `  { name: '${name}', port: '${key}', settings: ({ keys }) => signingOf(keys, '${name}') },\n`,
      ),
      before(KEYS, '] as const satisfies', `  '${name}',\n`),
      before(PORTS, '  emulatorsHttp: [', `  ${key}: ['${variable}', 'the ${words}', ${port}],\n`),
      before(HOLDERS, '];', `  '${name}',\n`),
      before('.env.example', '# EMULATORS_SMTP_PORT=', `# ${variable}=${port}\n`),
      before('README.md', '| `apps/portal`, ', `| \`apps/${name}\` | ${purpose} |\n`),
      ...CONFIGURATION.map((file): [string, string] => [
        `apps/${name}/${file}`,
        textOf(`apps/${MODEL}/${file}`).replaceAll(MODEL, name),
      ]),
    ]),
    [COMPOSE]: composed(textOf(COMPOSE), name),
    'knip.json': JSON.stringify(
      { ...knip, workspaces: { ...workspaces, [`apps/${name}`]: workspaces[`apps/${MODEL}`] } },
      null,
      2,
    ),
    [`apps/${name}/migrations/.gitkeep`]: '',
    [`apps/${name}/src/main.ts`]: `/** Starts the ${words}. */
import 'reflect-metadata';
import { startService } from '@leads/service';
import { AppModule } from './app.module.ts';

await startService(AppModule);
`,
    [`apps/${name}/src/app.module.ts`]: `/** The ${words}: ${purpose}. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { settings } from './config.ts';

@Module({
  imports: [
    ServiceModule.forService({ name: '${name}', schema: '${schema}', settings, consumes: [] }),
  ],
})
export class AppModule {}
`,
    [`apps/${name}/src/config.ts`]: `/** The settings of the ${words}; \`.env.example\` describes each. */
import { serviceSettings } from '@leads/service';

export const settings = { ...serviceSettings };
`,
    [`apps/${name}/src/migrate.ts`]: `/** Brings the ${words}'s schema up to date; run before a new version starts. */
import { runMigrations } from '@leads/service';

await runMigrations({ schema: '${schema}', folder: new URL('../migrations/', import.meta.url) });
`,
  };
}

/** docker-compose.yml with the service's keys, its migrations and its container. */
function composed(text: string, name: string): string {
  const added: readonly [line: string, added: string][] = [
    ['      - keys-seed:/keys/seed', `      - keys-${name}:/keys/${name}\n`],
    ['  ingest-gateway:\n', migration(name)],
    ['  # The directory whose people act', container(name)],
    ['      register-publisher: { condition', `      ${name}: { condition: service_healthy }\n`],
    ['  keys-seed:', `  keys-${name}:\n`],
  ];
  return added.reduce((before, [line, more]) => {
    const [head, tail] = split(COMPOSE, before, line);
    return `${head}${more}${tail}`;
  }, text);
}

/** The text before the one place where a line begins so, and the text from there on. */
function split(path: string, text: string, line: string): [string, string] {
  const at = text.indexOf(`\n${line}`) + 1;
  if (at === 0) throw new Error(`${path} has no line that begins with "${line.trim()}".`);
  return [text.slice(0, at), text.slice(at)];
}

function migration(name: string): string {
  return `  migrate-${name}:
    <<: *migrate
    image: marketplace-leads/${name}
    build: { context: ., target: service, args: { SERVICE: ${name} } }
    environment:
      <<: *migrate-environment
      DATABASE_URL: postgres://${name}@postgres:5432/leads
    volumes:
      - keys-${name}:/keys:ro
      - keys-database:/owner:ro

`;
}

function container(name: string): string {
  return `  ${name}:
    <<: *service
    build: { context: ., target: service, args: { SERVICE: ${name} } }
    image: marketplace-leads/${name}
    environment:
      <<: *service-environment
      DATABASE_URL: postgres://${name}@postgres:5432/leads
      SERVICE_KEYS_FILE: /keys/service-keys.json
      SERVICE_SIGNING_KEY_FILE: /keys/${name}.jwk.json
    volumes:
      - keys-${name}:/keys:ro
    depends_on:
      make-keys: { condition: service_completed_successfully }
      migrate-${name}: { condition: service_completed_successfully }
      provision-topics: { condition: service_completed_successfully }

`;
}

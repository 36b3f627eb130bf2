import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
// This file stands beside the projects, and is none of them.
// eslint-disable-next-line @nx/enforce-module-boundaries
import { ownProperties } from './tools/lint/own-properties.mjs';

/** Which project may import which: an app stands alone on the libraries, the emulators know nothing of ours. */
export const boundaries = [
  { sourceTag: 'type:app', notDependOnLibsWithTags: ['type:app'] },
  { sourceTag: 'scope:emulators', onlyDependOnLibsWithTags: [] },
  {
    sourceTag: 'type:service',
    onlyDependOnLibsWithTags: [
      'scope:contracts',
      'scope:kafka',
      'scope:database',
      'scope:service',
      'scope:pacing',
      'scope:delivery',
      'scope:messages',
      'scope:testing',
    ],
  },
  {
    sourceTag: 'scope:delivery',
    onlyDependOnLibsWithTags: [
      'scope:contracts',
      'scope:kafka',
      'scope:database',
      'scope:service',
      'scope:pacing',
      'scope:testing',
    ],
  },
  { sourceTag: 'scope:portal-web', onlyDependOnLibsWithTags: ['scope:contracts'] },
  { sourceTag: 'scope:contracts', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:pacing', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:messages', onlyDependOnLibsWithTags: ['scope:contracts'] },
  {
    sourceTag: 'scope:kafka',
    onlyDependOnLibsWithTags: ['scope:contracts', 'scope:pacing', 'scope:testing'],
  },
  {
    sourceTag: 'scope:database',
    onlyDependOnLibsWithTags: ['scope:contracts', 'scope:pacing', 'scope:testing'],
  },
  {
    sourceTag: 'scope:service',
    onlyDependOnLibsWithTags: [
      'scope:contracts',
      'scope:kafka',
      'scope:database',
      'scope:pacing',
      'scope:testing',
    ],
  },
  {
    sourceTag: 'scope:testing',
    onlyDependOnLibsWithTags: ['scope:contracts'],
  },
  { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'scope:bench', onlyDependOnLibsWithTags: ['type:lib', 'scope:tools'] },
  { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: ['type:lib', 'scope:tools'] },
];

/** The console's rooms, and which of the others each may import: what is above knows what is below, never the reverse. */
const ground = ['theme', 'api'];
const frames = [...ground, 'pieces', 'frames'];
const inside = [...frames, 'session'];
export const consoleRooms = {
  theme: [],
  api: [],
  pieces: ground,
  frames: [...ground, 'pieces'],
  session: frames,
  shell: inside,
  audit: inside,
  contacts: frames,
  leads: inside,
  validate: inside,
  incidents: [...inside, 'leads'],
  'kept-posts': [...inside, 'leads'],
  publishers: inside,
  offers: [...inside, 'contacts', 'leads', 'validate'],
  health: [...inside, 'leads', 'offers'],
  'set-up': [...inside, 'validate', 'offers'],
};

/** The portal's rooms, likewise. */
export const portalRooms = {
  'service-api': [],
  'credentials-api': ['service-api'],
  'gateway-api': ['service-api'],
  ledger: [],
  access: ['credentials-api'],
  console: ['access'],
  http: ['access'],
  connections: ['access', 'credentials-api', 'service-api'],
  contacts: ['access'],
  incidents: ['access', 'credentials-api', 'ledger'],
  'kept-posts': ['access', 'gateway-api'],
  leads: ['access', 'gateway-api', 'ledger'],
  offers: ['access', 'ledger'],
  statistics: ['access'],
  validations: ['access', 'ledger'],
  live: ['access', 'ledger'],
  export: ['access', 'ledger', 'leads'],
  lanes: ['access', 'ledger', 'offers'],
  replays: ['access', 'leads'],
  retention: ['access', 'ledger'],
};

const kafkaClient = {
  name: 'kafkajs',
  message: 'Only libs/kafka talks to the broker: take its transport, publisher or provisioning.',
};
const environment = {
  object: 'process',
  property: 'env',
  message: 'Read settings in config.ts and pass them on.',
};

const kit = [
  {
    selector: 'Literal[value=/12345678-8af1-4a5f/i]',
    message:
      'What Contoso is known by stands in the seed of the emulators: take it from @leads/testing/contoso.',
  },
  {
    selector: "Property[key.name='EMULATORS_HTTP_PORT']",
    message: 'The test kit starts the emulators: startEmulators of @leads/testing.',
  },
];
const advisory = [
  'Literal[value=/pg_(try_)?advisory/]',
  'TemplateElement[value.raw=/pg_(try_)?advisory/]',
].map((selector) => ({
  selector,
  message:
    "PostgreSQL gives every role every advisory lock: lock a table of the service's own, or a row of it.",
}));
const watcher = {
  selector: "ImportSpecifier[imported.name='OnTopic']",
  message: 'A test reads a topic along with watchTopic of @leads/kafka/testing.',
};

/**
 * A room's imports of other rooms, but for those that it may; a new room has none until it is listed above. Of the
 * files beside the rooms, those that list them are out of reach too. The portal's specs run it whole and look into any of its rooms.
 */
const roomBorder = (app, entrances, rooms) => (folder) => ({
  files: [`apps/${app}/src/${folder}/**`],
  ignores: ['apps/portal/src/**/*.spec.ts', 'apps/portal/src/testing/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [kafkaClient],
        patterns: [
          {
            regex: `^(?:\\.\\./)+(?!\\.\\./|(?:${(rooms[folder] ?? []).join('|')})/)[^/]+/|^(?:\\.\\./)+(?:${entrances})\\.tsx?$`,
            message: 'This room stands below: see the list of rooms in eslint.config.mjs.',
          },
        ],
      },
    ],
  },
});
/** Of an app whose rooms these are: first for rooms that are not listed. */
const roomBorders = (app, entrances, rooms) =>
  ['*', ...Object.keys(rooms)].map(roomBorder(app, entrances, rooms));

/** @param allow what may be imported all the same, by its full name */
const keepBoundaries = (allow) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { enforceBuildableLibDependency: false, allow, depConstraints: boundaries },
  ],
});

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/out-tsc/**', '**/node_modules/**', '.local/**', '.nx/**', '**/coverage/**'],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-shadow': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // One schema, one name: a zod schema and the type inferred from it share theirs.
      '@typescript-eslint/no-redeclare': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs', '**/*.js'],
    plugins: { '@nx': nx, 'import-x': importX },
    settings: {
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.tsx', '.mjs', '.js'],
          conditionNames: ['leads-source', 'node', 'import', 'default'],
        }),
      ],
    },
    rules: {
      ...keepBoundaries([]),
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'no-restricted-imports': ['error', { paths: [kafkaClient] }],
      'no-restricted-properties': ['error', environment],
      eqeqeq: 'error',
    },
  },
  {
    // What tests share stands once, in the test kit; the local stack starts the emulators for people.
    files: ['**/*.ts', '**/*.tsx'],
    ignores: ['apps/emulators/src/{config,seed}.ts', 'libs/testing/src/emulators.ts', 'tools/stack/**'],
    rules: { 'no-restricted-syntax': ['error', ...kit, ...advisory] },
  },
  {
    files: ['**/*.spec.ts', '**/testing/**'],
    ignores: ['libs/kafka/**', 'libs/testing/**'],
    rules: { 'no-restricted-syntax': ['error', ...kit, watcher] },
  },
  {
    // What runs in production; tests, tools and emulators meet no stranger's names.
    files: ['apps/*/src/**/*.{ts,tsx}', 'libs/*/src/**/*.ts'],
    ignores: [
      '**/*.spec.{ts,tsx}',
      '**/testing/**',
      'libs/testing/**',
      'apps/emulators/**',
      'libs/contracts/src/own.ts',
    ],
    plugins: { leads: { rules: { 'own-properties': ownProperties } } },
    rules: { 'leads/own-properties': 'error' },
  },
  { files: ['libs/kafka/src/**'], rules: { 'no-restricted-imports': 'off' } },
  ...roomBorders('portal-web', 'app|main|routes', consoleRooms),
  ...roomBorders('portal', 'app\\.module|main|start-options|keep-ledger', portalRooms),
  {
    // The test kit knows the emulators by their public entrance: what they begin with, what their control API takes.
    files: ['libs/testing/src/**'],
    rules: keepBoundaries(['@leads/emulators/seed', '@leads/emulators/control']),
  },
  {
    // The measurement of what people are told takes the two decisions that it is about as they are.
    files: ['bench/truth/**'],
    rules: keepBoundaries(['@leads/credentials/incidents', '@leads/notification/letters']),
  },
  {
    // Node runs these as they are, for measurements too, and the library as it was built.
    files: ['libs/kafka/src/testing/**'],
    rules: keepBoundaries(['@leads/kafka']),
  },
  {
    files: ['**/config.ts', '**/*.mjs', '**/jest.*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
      },
    },
    rules: { 'no-restricted-properties': 'off' },
  },
  prettier,
);

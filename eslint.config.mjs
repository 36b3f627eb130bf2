import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

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
      'scope:testing',
    ],
  },
  { sourceTag: 'scope:portal-web', onlyDependOnLibsWithTags: ['scope:contracts'] },
  { sourceTag: 'scope:contracts', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:pacing', onlyDependOnLibsWithTags: [] },
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
    onlyDependOnLibsWithTags: ['scope:contracts', 'scope:kafka', 'scope:database', 'scope:testing'],
  },
  {
    sourceTag: 'scope:testing',
    onlyDependOnLibsWithTags: [],
  },
  { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'scope:bench', onlyDependOnLibsWithTags: ['type:lib', 'scope:tools'] },
  { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: ['type:lib', 'scope:tools'] },
];

const kafkaClient = {
  name: 'kafkajs',
  message: 'Only libs/kafka talks to the broker: take its transport, publisher or provisioning.',
};
const environment = {
  object: 'process',
  property: 'env',
  message: 'Read settings in config.ts and pass them on.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.local/**',
      '.nx/**',
      '**/coverage/**',
      '**/lint-fixtures/**',
    ],
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
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // One schema, one name: a zod schema and the type inferred from it share theirs.
      '@typescript-eslint/no-redeclare': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs', '**/*.js'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: boundaries },
      ],
      'no-restricted-imports': ['error', { paths: [kafkaClient] }],
      'no-restricted-properties': ['error', environment],
      eqeqeq: 'error',
    },
  },
  { files: ['libs/kafka/src/**'], rules: { 'no-restricted-imports': 'off' } },
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

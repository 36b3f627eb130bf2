/** What every project's Jest has in common: TypeScript through SWC, ES modules, workspace sources. */

/** Which specs a run takes; the targets of nx.json say one of these in SPECS, without it all run. */
const specs = {
  unit: '**/!(*.int|*.e2e).spec.ts',
  int: '**/*.int.spec.ts',
  e2e: '**/*.e2e.spec.ts',
};

export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          target: 'es2024',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testEnvironmentOptions: { customExportConditions: ['leads-source', 'node', 'node-addons'] },
  // Longer than `eventually` waits for a condition: it says what did not come, where Jest would only say that time is up.
  testTimeout: 30_000,
  testMatch: [specs[process.env.SPECS] ?? '**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/out-tsc/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/out-tsc/'],
};

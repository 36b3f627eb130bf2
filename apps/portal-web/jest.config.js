/** Components are `.tsx`; their specs ask for a document with `@jest-environment jsdom` at their top. */
export default {
  displayName: 'portal-web',
  preset: '../../jest.preset.js',
  setupFiles: ['<rootDir>/jest.text-encoder.js'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
          target: 'es2024',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
};

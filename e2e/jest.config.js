export default {
  displayName: 'e2e',
  preset: '../jest.preset.js',
  globalSetup: '<rootDir>/start-shared.mjs',
  globalTeardown: '<rootDir>/stop-shared.mjs',
};

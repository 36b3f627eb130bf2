/** Every project's specs in one process: `npm test` chooses among them by file name. */
export default {
  projects: [
    '<rootDir>/apps/*/jest.config.js',
    '<rootDir>/libs/*/jest.config.js',
    '<rootDir>/tools',
    '<rootDir>/e2e',
  ],
};

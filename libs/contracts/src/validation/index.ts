/**
 * A Validate and the guided set-up, as every service and the console speak of them: names of checks and steps, the
 * role and its privileges, the pages of Microsoft, and what to do there. Plain data: nothing here may import from Node.
 */
export * from './check-names.ts';
export * from './checks.ts';
export * from './instructions.ts';
export * from './pages.ts';
export * from './privileges.ts';

/** What checks and steps are called on the wire, and what there is to say of each. */
import type { SecretKind } from '../connection-details/secret-fields.ts';
import type { Instruction } from './instructions.ts';
import type { GUIDE_PRIVILEGES } from './privileges.ts';

/** The steps of the guided set-up, in order. */
export const GUIDE_STEPS = [
  'register',
  'enter',
  'solution',
  'user',
  'role',
  'privileges',
  'publish',
] as const;
export type GuideStep = (typeof GUIDE_STEPS)[number];

export interface CheckEntry {
  title: string;
  /** What it finds out, as a question. */
  looksAt: string;
  remedy: readonly Instruction[];
  step: GuideStep;
  /** Whether the step is not done before this has passed. */
  isNeeded?: true;
  /** The ways of signing in that have it, unless all do. */
  onlyWith?: readonly SecretKind[];
}

export type PrivilegeCheck = `privilege-${(typeof GUIDE_PRIVILEGES)[number]['privilege']}`;
type OtherCheck =
  | 'url'
  | 'host'
  | 'sign-in'
  | 'directory'
  | 'application'
  | 'client-secret'
  | 'certificate'
  | 'password'
  | 'conditional-access'
  | 'organization'
  | 'office-365'
  | 'secret-expiry'
  | 'token'
  | 'user'
  | 'version'
  | 'solution'
  | 'role'
  | 'lead-table'
  | 'test-lead'
  | 'test-lead-found'
  | 'dynamics-writer';
export type CheckName = OtherCheck | PrivilegeCheck;

/** Not checks: `validate` frames the whole Validate, the others each sum up the half of one service. */
export const VALIDATE = 'validate';
export const SUMS = ['credentials', 'dynamics'] as const;
/** What producers write into a step's `check`. */
export type StepName = CheckName | typeof VALIDATE | (typeof SUMS)[number];

/**
 * Every check of a Validate, in order: its words, how it is mended, and the step of the guided set-up that it tells of.
 * A new check is a name in `check-names.ts`, a row here and the code that makes it. Steps on the wire may bear names that
 * are not here (of newer services): they are shown as they are.
 */
import type { SecretKind } from '../connection-details/secret-fields.ts';
import { type CheckEntry, type CheckName, GUIDE_STEPS, type GuideStep } from './check-names.ts';
import {
  assignRole,
  changeDetails,
  compareApplication,
  compareDirectory,
  compareUrl,
  createApplicationUser,
  enableApplication,
  enableUser,
  exemptFromConditions,
  importSolution,
  openEnvironment,
  readSignInLog,
  renewPassword,
  renewSecret,
  setPrivileges,
  uploadCertificate,
} from './instructions.ts';
import { GUIDE_PRIVILEGES, type GuidePrivilege, LEAD_WRITER_ROLE } from './privileges.ts';

const APPLICATION: readonly SecretKind[] = ['client-secret', 'certificate'];

const [, createSettings, readSettings, writeSettings, readJobs, writeJobs, appendToJobs] = GUIDE_PRIVILEGES;

function setByHand(privilege: GuidePrivilege): CheckEntry {
  const { table, verb, depth } = privilege;
  return {
    title: `${table}: ${verb}`,
    looksAt: `Is it set to ${depth === 'Global' ? 'Organization' : 'User'}?`,
    remedy: [setPrivileges([privilege])],
    step: 'privileges',
    isNeeded: true,
  };
}

export const CHECKS: Readonly<Record<CheckName, CheckEntry>> = {
  url: {
    title: 'URL',
    looksAt: 'Is it the address of a Dynamics 365 instance?',
    remedy: compareUrl,
    step: 'enter',
    isNeeded: true,
  },
  host: { title: 'Host', looksAt: 'Does an instance answer there?', remedy: compareUrl, step: 'enter' },
  'sign-in': {
    title: 'Microsoft Entra ID',
    looksAt: 'Does it answer, with a token or a reason that is known?',
    remedy: [
      {
        page: 'connection-details',
        path: ['Validate'],
        clicks: [
          'Is Microsoft Entra ID busy? Then validate again in some minutes; leads go on by themselves.',
        ],
      },
      readSignInLog,
    ],
    step: 'register',
  },
  directory: {
    title: 'Directory',
    looksAt: 'Does it exist, and does the instance belong to it?',
    remedy: compareDirectory,
    step: 'register',
  },
  application: {
    title: 'Application',
    looksAt: 'Is it registered in the directory?',
    remedy: [...compareApplication, enableApplication],
    step: 'register',
    isNeeded: true,
    onlyWith: APPLICATION,
  },
  user: {
    title: 'User',
    looksAt: 'Is the user there, and enabled?',
    remedy: [enableUser, createApplicationUser],
    step: 'user',
    isNeeded: true,
  },
  'client-secret': {
    title: 'Client secret',
    looksAt: 'Is it right, and not expired?',
    remedy: renewSecret,
    step: 'register',
    isNeeded: true,
    onlyWith: ['client-secret'],
  },
  certificate: {
    title: 'Certificate',
    looksAt: 'Is it registered, and not expired?',
    remedy: uploadCertificate,
    step: 'register',
    isNeeded: true,
    onlyWith: ['certificate'],
  },
  password: {
    title: 'Password',
    looksAt: 'Is it right, and not expired?',
    remedy: renewPassword,
    step: 'register',
    isNeeded: true,
    onlyWith: ['password'],
  },
  'conditional-access': {
    title: 'Conditional Access',
    looksAt: 'Does the directory let this sign-in through?',
    remedy: exemptFromConditions,
    step: 'register',
  },
  organization: {
    title: 'Organization',
    looksAt: 'Does the directory give a token for this instance?',
    remedy: [...compareUrl, ...compareDirectory],
    step: 'enter',
    isNeeded: true,
  },
  'office-365': {
    title: 'Office 365',
    looksAt: 'Is the way of signing in still a good one?',
    remedy: [
      ...renewSecret.slice(0, 1),
      createApplicationUser,
      assignRole,
      changeDetails(
        'Choose Azure Active Directory, and enter Application (client) ID, Directory ID and Client secret.',
      ),
    ],
    step: 'register',
    onlyWith: ['password'],
  },
  'secret-expiry': {
    title: 'Expiry',
    looksAt: 'Does the secret last a while?',
    remedy: renewSecret,
    step: 'register',
  },
  token: {
    title: 'Access token',
    looksAt: 'Does Dynamics accept the token?',
    remedy: [...compareUrl, ...compareDirectory],
    step: 'enter',
  },
  version: {
    title: 'Dynamics version',
    looksAt: 'Which version does the instance have?',
    remedy: [openEnvironment],
    step: 'solution',
  },
  solution: {
    title: 'Lead writer solution',
    looksAt: 'Is it imported, in the version expected?',
    remedy: importSolution,
    step: 'solution',
    isNeeded: true,
  },
  role: {
    title: 'Role',
    looksAt: `Does the user have ${LEAD_WRITER_ROLE}?`,
    remedy: [assignRole],
    step: 'role',
    isNeeded: true,
  },
  'privilege-prvCreateLead': {
    title: 'Create leads',
    looksAt: 'May the user create leads?',
    remedy: [assignRole],
    step: 'role',
    isNeeded: true,
  },
  'privilege-prvCreateUserEntityUISettings': setByHand(createSettings),
  'privilege-prvReadUserEntityUISettings': setByHand(readSettings),
  'privilege-prvWriteUserEntityUISettings': setByHand(writeSettings),
  'privilege-prvReadAsyncOperation': setByHand(readJobs),
  'privilege-prvWriteAsyncOperation': setByHand(writeJobs),
  'privilege-prvAppendToAsyncOperation': setByHand(appendToJobs),
  'lead-table': {
    title: 'Lead table',
    looksAt: 'Is it there, with the columns that leads fill?',
    remedy: [
      {
        page: 'dynamics',
        path: [],
        clicks: ['Look whether it has Sales with Leads. Without Dynamics 365 Sales there is no lead table.'],
      },
      changeDetails(
        'Is it another instance than you meant? Correct the URL.',
        'Does the mapping name a column that is missing? Correct the mapping, or create the column.',
      ),
    ],
    step: 'publish',
  },
  'test-lead': {
    title: 'Test lead',
    looksAt: 'Is a test lead written, the way of a real one?',
    remedy: [
      {
        page: 'dynamics',
        path: [],
        clicks: [
          'The cause above is what Dynamics answered to the test lead.',
          'Does a plug-in, a rule or a required column refuse it? Ask an administrator to let leads of this user through.',
        ],
      },
      setPrivileges(),
    ],
    step: 'publish',
    isNeeded: true,
  },
  'test-lead-found': {
    title: 'Test lead found',
    looksAt: 'Is it in Dynamics?',
    remedy: [
      {
        page: 'dynamics',
        path: ['Sales', 'Leads'],
        clicks: [
          'Search for MSFT_TEST.',
          'Is it not there? Ask an administrator whether a workflow or a plug-in deletes new leads or gives them to others.',
        ],
      },
    ],
    step: 'publish',
  },
  'dynamics-writer': {
    title: 'Dynamics writer',
    looksAt: 'Does it run its half of the checks?',
    remedy: [
      changeDetails('Change nothing: saving announces the connection anew.'),
      {
        page: 'connection-details',
        path: ['Validate'],
        clicks: ['If it stays so, ask the operators whether Kafka and the Dynamics writer work.'],
      },
    ],
    step: 'publish',
  },
};

/** The names of all checks, in their order. */
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/** @returns `undefined` for a check that is not known here */
export function findCheck(name: string): CheckEntry | undefined {
  return Object.hasOwn(CHECKS, name) ? CHECKS[name as CheckName] : undefined;
}

/** A step of the guided set-up with the checks that tell of it, and those among them that it is not done without. */
export interface GuideStepChecks {
  step: GuideStep;
  checks: readonly CheckName[];
  needs: readonly CheckName[];
}

/** @returns the steps in order; with a password one less: a licensed user is in the environment by itself */
export function guideSteps(signsInWith: SecretKind): GuideStepChecks[] {
  const isUser = signsInWith === 'password';
  return GUIDE_STEPS.filter((step) => !isUser || step !== 'user').map((step) => {
    const checks = CHECK_NAMES.filter((name) => {
      const { step: own, onlyWith } = CHECKS[name];
      const told = isUser && own === 'user' ? 'register' : own;
      return told === step && (onlyWith?.includes(signsInWith) ?? true);
    });
    return { step, checks, needs: checks.filter((name) => CHECKS[name].isNeeded) };
  });
}

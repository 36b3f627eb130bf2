/**
 * The guided set-up, step by step: what to click on which page, what one sees then, and which checks of a Validate tell
 * that it is done. Pure. The pages are Microsoft's; their names are those of Azure and the Power Platform today.
 */
import type { Authentication } from '@leads/contracts';
import type { Check, Validation } from '@leads/contracts/portal-api';

/** Something that has to be entered somewhere exactly as it is. */
export interface SetUpValue {
  name: string;
  value: string;
}

export type StepName = 'register' | 'enter' | 'solution' | 'user' | 'role' | 'privileges' | 'publish';

export interface SetUpStep {
  name: StepName;
  title: string;
  why: string;
  /** The page that it begins on. */
  place: { name: string; href: string };
  clicks: readonly string[];
  values: readonly SetUpValue[];
  afterwards: string;
  /** What goes wrong most, or what older guides say otherwise. */
  beware: string;
  checks: readonly string[];
}

/** What of a connection the steps need. */
export interface SetUpFacts {
  authentication: Authentication;
  url: string;
  applicationId?: string;
  directoryId?: string;
  userName?: string;
}

export const ROLE = 'Microsoft Marketplace Lead Writer';
export const SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';

const AZURE = { name: 'Microsoft Entra admin center', href: 'https://entra.microsoft.com' };
const ADMIN = { name: 'Power Platform admin center', href: 'https://admin.powerplatform.microsoft.com' };

const SIGN_IN_CHECKS = ['directory', 'application', 'client-secret', 'certificate', 'secret-expiry'];
const PRIVILEGE_CHECKS = [
  'privilege-prvCreateUserEntityUISettings',
  'privilege-prvReadUserEntityUISettings',
  'privilege-prvWriteUserEntityUISettings',
  'privilege-prvReadAsyncOperation',
  'privilege-prvWriteAsyncOperation',
  'privilege-prvAppendToAsyncOperation',
];

/** @returns the steps in their order; with Office 365 a user of the directory stands for the application */
export function stepsFor(facts: SetUpFacts): SetUpStep[] {
  const isUser = facts.authentication === 'office-365';
  const dynamics = { name: 'Your Dynamics 365', href: facts.url };
  return [
    isUser ? createUser() : registerApplication(facts),
    {
      name: 'enter',
      title: 'Enter the connection details',
      why: 'With them leads find their way to your instance.',
      place: { name: 'Connection details, here', href: '#details' },
      clicks: [
        'Open Connection details below.',
        'URL: the address of your Dynamics 365, as far as its first slash.',
        isUser
          ? 'Authentication: Office 365, then the user name and the password.'
          : 'Authentication: Azure Active Directory, then the application ID, the directory ID and the secret of step 1.',
        'Contact email: who is told of each lead, separated by semicolons. Then OK.',
      ],
      values: [],
      afterwards: 'The details are saved. The secret is never shown again, here or anywhere.',
      beware: 'Without the day on which the secret expires nobody can be warned of it. Enter it too.',
      checks: isUser
        ? ['url', 'host', 'organization', 'token', 'office-365']
        : ['url', 'host', 'organization', 'token', 'conditional-access'],
    },
    {
      name: 'solution',
      title: 'Import the lead writer solution',
      why: 'It brings the role that may write leads and nothing else.',
      place: { name: 'Microsoft AppSource', href: 'https://appsource.microsoft.com' },
      clicks: [
        'Find the solution for marketplace leads, and choose Get it now.',
        'Choose the environment of your Dynamics 365, and agree to the terms.',
        'In the Power Apps maker portal, open Solutions and wait until it is listed as managed.',
      ],
      values: [{ name: 'Unique name of the solution', value: SOLUTION }],
      afterwards: 'Solutions lists it, managed, in version 1.0.0.0 or later.',
      beware: 'Importing takes a system administrator of the environment.',
      checks: ['version', 'solution'],
    },
    {
      name: 'user',
      title: isUser ? 'Let the user into the environment' : 'Create the application user',
      why: isUser
        ? 'Dynamics knows only users that have been added to it.'
        : 'In Dynamics, the application of step 1 acts as a user of its own.',
      place: ADMIN,
      clicks: isUser
        ? [
            'Open Manage, Environments, your environment, then Settings.',
            'Under Users + permissions choose Users.',
            'Choose Add user, and enter the user name.',
          ]
        : [
            'Open Manage, Environments, your environment, then Settings.',
            'Under Users + permissions choose Application users, then New app user.',
            'Choose Add an app, look for the application ID, choose a business unit, and Create.',
          ],
      values: isUser
        ? known('User name', facts.userName)
        : known('Application (client) ID', facts.applicationId),
      afterwards: `The ${isUser ? 'user' : 'application user'} is in the list, enabled.`,
      beware: isUser
        ? 'The user needs a licence that includes Dynamics 365.'
        : 'Application users are not in the list of ordinary users: they have a page of their own.',
      checks: ['user'],
    },
    {
      name: 'role',
      title: 'Assign the role',
      why: 'It permits to create leads, and not to read or delete those of others.',
      place: ADMIN,
      clicks: [
        `On the same page choose the ${isUser ? 'user' : 'application user'}, then Edit security roles (or Manage roles).`,
        `Tick ${ROLE}, and Save.`,
      ],
      values: [{ name: 'Role', value: ROLE }],
      afterwards: 'The role stands beside the user.',
      beware: 'If the role is not in the list, the solution of step 3 is in another environment.',
      checks: ['role', 'privilege-prvCreateLead'],
    },
    {
      name: 'privileges',
      title: 'Set the two privileges',
      why: 'Dynamics needs them for its own work around a new record, and the solution leaves them out.',
      place: ADMIN,
      clicks: [
        `In Settings of the environment, under Users + permissions, choose Security roles, then ${ROLE}.`,
        'Find User Entity UI Settings, and set Create, Read and Write to User.',
        'Find System Job, and set Read, Write and Append To to Organization.',
        'Save + close.',
      ],
      values: [
        { name: 'First table', value: 'User Entity UI Settings' },
        { name: 'Second table', value: 'System Job' },
      ],
      afterwards: 'Six cells of the two rows have changed.',
      beware: 'The editor shows only tables with assigned privileges at first: choose to show all tables.',
      checks: PRIVILEGE_CHECKS,
    },
    {
      name: 'publish',
      title: 'Validate, publish, and tell Partner Center',
      why: 'A test lead proves the whole way before a customer takes it.',
      place: dynamics,
      clicks: [
        'Validate here, until every check has passed.',
        'On the offer’s page choose Publish: from then on leads are taken in.',
        'Copy the address there, and paste it in Partner Center under Offer setup, Customer leads, Connect, HTTPS Endpoint.',
        'Publish the offer in Partner Center again.',
      ],
      values: [],
      afterwards: 'The test lead is among the leads of your Dynamics 365.',
      beware: 'Partner Center sends leads only of offers that were published after the address was entered.',
      checks: ['lead-table', 'test-lead', 'test-lead-found'],
    },
  ];
}

function registerApplication(facts: SetUpFacts): SetUpStep {
  return {
    name: 'register',
    title: 'Register an application, and make its secret',
    why: 'Leads are written by an application, not by a person whose password changes.',
    place: AZURE,
    clicks: [
      'Open App registrations, then New registration. Any name will do; no redirect address is needed.',
      'Copy the Application (client) ID and the Directory (tenant) ID from Overview.',
      'Open Certificates & secrets, then New client secret. Choose how long it lasts, and Add.',
      'Copy the Value at once: it is shown this one time.',
    ],
    values: [
      ...known('Application (client) ID', facts.applicationId),
      ...known('Directory (tenant) ID', facts.directoryId),
    ],
    afterwards: 'You have three texts: the application ID, the directory ID and the value of the secret.',
    beware:
      'Copy the Value, not the Secret ID. Older guides have the secret last for ever and ask for API permissions: a secret lasts two years at most, and no permission is needed.',
    checks: SIGN_IN_CHECKS,
  };
}

function createUser(): SetUpStep {
  return {
    name: 'register',
    title: 'Create a user for leads alone',
    why: 'Leads are then written under a name that no person signs in with.',
    place: AZURE,
    clicks: [
      'Open Users, then New user, and give it a user name and a password.',
      'Assign it a licence that includes Dynamics 365.',
      'Sign in once as that user, and set the password for good.',
    ],
    values: [],
    afterwards: 'You have a user name and a password that work without a second factor.',
    beware:
      'This way breaks as soon as multi-factor authentication is required, which Microsoft turns on everywhere. Choose Azure Active Directory in step 2 if you can.',
    checks: ['directory', 'application', 'password', 'secret-expiry', 'conditional-access'],
  };
}

function known(name: string, value: string | undefined): SetUpValue[] {
  return value === undefined ? [] : [{ name, value }];
}

/** `open` where nothing is known of it, or not all that belongs to it has been looked at. */
export type StepState = 'open' | 'checking' | 'done' | 'failed';

/** The checks of a Validate that concern a step, as they stand. */
export function checksOf(step: SetUpStep, validation: Validation | null | undefined): Check[] {
  return validation?.checks.filter(({ check }) => step.checks.includes(check)) ?? [];
}

/** What the newest Validate tells of a step. */
export function stateOf(step: SetUpStep, validation: Validation | null | undefined): StepState {
  const checks = checksOf(step, validation);
  if (checks.some(({ status }) => status === 'failed')) return 'failed';
  if (validation && validation.finishedAt === undefined) return 'checking';
  // A step is done once its last check was reached: earlier ones pass before it.
  return checks.length > 0 && checks.every(({ status }) => status !== 'running') ? 'done' : 'open';
}

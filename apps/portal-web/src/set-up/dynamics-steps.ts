/** The steps of the guided set-up that are made in Dynamics 365; the pages are those of the Power Platform today. */
import { known, type SetUpFacts, type SetUpStep } from './set-up-step.ts';

export const ROLE = 'Microsoft Marketplace Lead Writer';
export const SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';

const POWER_APPS = { name: 'Power Apps', href: 'https://make.powerapps.com' };
const POWER_PLATFORM = {
  name: 'Power Platform admin center',
  href: 'https://admin.powerplatform.microsoft.com',
};
/** Has the download of the solution. */
const GUIDE = {
  name: 'Microsoft’s set-up guide for Dynamics 365',
  href: 'https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-lead-management-instructions-dynamics',
};

const ENVIRONMENT = ['Manage', 'Environments', 'your environment', 'Settings', 'Users + permissions'];

const PRIVILEGE_CHECKS = [
  'privilege-prvCreateUserEntityUISettings',
  'privilege-prvReadUserEntityUISettings',
  'privilege-prvWriteUserEntityUISettings',
  'privilege-prvReadAsyncOperation',
  'privilege-prvWriteAsyncOperation',
  'privilege-prvAppendToAsyncOperation',
];

export function importSolution({ url }: SetUpFacts): SetUpStep {
  return {
    name: 'solution',
    title: 'Import the lead writer solution',
    why: `It brings the role ${ROLE}.`,
    parts: [
      {
        place: GUIDE,
        path: ['Install the solution'],
        clicks: ['Download the Microsoft Marketplace Lead Writer solution, and keep the .zip as it is.'],
      },
      {
        place: POWER_APPS,
        path: ['Solutions', 'Import solution'],
        clicks: [
          'At the top right choose the environment of your Dynamics 365.',
          'Select Browse and choose the file, then Next, then Import.',
        ],
      },
    ],
    values: [
      { name: 'Unique name of the solution', value: SOLUTION },
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'After a few minutes Solutions lists it under Managed.',
    beware:
      'Power Apps opens in the default environment, which is seldom the one with Dynamics 365. Without Import solution you lack the role System Administrator there.',
    outdated: 'Older guides import it in Advanced Settings of Dynamics 365. Both ways end the same.',
    checks: ['version', 'solution'],
    needs: ['solution'],
  };
}

export function createApplicationUser({ applicationId, url }: SetUpFacts): SetUpStep {
  return {
    name: 'user',
    title: 'Create the application user',
    why: 'In Dynamics 365, the application of step 1 acts as a user of its own.',
    parts: [
      {
        place: POWER_PLATFORM,
        path: [...ENVIRONMENT, 'Application users', 'New app user'],
        clicks: [
          'Select Add an app, search for the application ID, tick it, and select Add.',
          'Choose the business unit: the topmost, unless you know better.',
          'Select Create.',
        ],
      },
    ],
    values: [
      ...known('Application (client) ID', applicationId),
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'The application is in the list of application users, and its state is Active.',
    beware:
      'It is not in the list of ordinary users. An application of another directory cannot be found here: register it in the one that Dynamics 365 belongs to.',
    outdated:
      'Older guides fill in the form USER: APPLICATION USER with a user name and an e-mail address. Both are made for you today.',
    checks: ['user'],
    needs: ['user'],
  };
}

export function assignRole({ authentication, url }: SetUpFacts): SetUpStep {
  const isUser = authentication === 'office-365';
  return {
    name: 'role',
    title: 'Assign the role',
    why: 'Without a role, a user of Dynamics 365 may do nothing at all.',
    parts: [
      {
        place: POWER_PLATFORM,
        path: [...ENVIRONMENT, isUser ? 'Users' : 'Application users'],
        clicks: [
          `Select the ${isUser ? 'user' : 'application user'} of step ${isUser ? 1 : 4}, then ${isUser ? 'Manage' : 'Edit'} security roles.`,
          `Tick ${ROLE}, and select Save.`,
        ],
      },
    ],
    values: [
      { name: 'Role', value: ROLE },
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'The role is ticked when you open the list again.',
    beware:
      'If the role is not in the list, then the solution of step 3 went into another environment, or you look at another business unit.',
    checks: ['role', 'privilege-prvCreateLead'],
    needs: ['role', 'privilege-prvCreateLead'],
  };
}

export function setPrivileges({ url }: SetUpFacts): SetUpStep {
  return {
    name: 'privileges',
    title: 'Set the two privileges',
    why: 'Dynamics 365 needs them for its own work around a new record, and the solution leaves them out.',
    parts: [
      {
        place: POWER_PLATFORM,
        path: [...ENVIRONMENT, 'Security roles', ROLE],
        clicks: [
          'Have all tables shown, not only those with privileges.',
          'Find User Entity UI Settings, and set Create, Read and Write to User.',
          'Find System Job, and set Read, Write and Append To to Organization.',
          'Select Save + close.',
        ],
      },
    ],
    values: [
      { name: 'First table', value: 'User Entity UI Settings' },
      { name: 'Second table', value: 'System Job' },
      { name: 'Role', value: ROLE },
      { name: 'URL of the environment', value: url },
    ],
    afterwards: 'Three cells in the row of User Entity UI Settings and three in that of System Job are set.',
    beware: 'Append and Append To stand side by side. System Job needs Append To.',
    outdated:
      'The classic editor has tabs and circles: on Core Records one click makes User, a quarter yellow; on Customization four clicks make Organization, solid green.',
    checks: PRIVILEGE_CHECKS,
    needs: PRIVILEGE_CHECKS,
  };
}

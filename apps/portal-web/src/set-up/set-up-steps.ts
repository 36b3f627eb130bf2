/**
 * The guided set-up, step by step: what to click on which page, what one sees then, and which checks of a Validate tell
 * that it is done. Pure. The pages are Microsoft's; their names are those that they have today.
 */
import { assignRole, createApplicationUser, importSolution, setPrivileges } from './dynamics-steps.ts';
import { known, type SetUpFacts, type SetUpStep } from './set-up-step.ts';

const AZURE = { name: 'Azure portal', href: 'https://portal.azure.com' };
const MICROSOFT_365 = { name: 'Microsoft 365 admin center', href: 'https://admin.microsoft.com' };
const PARTNER_CENTER = { name: 'Partner Center', href: 'https://partner.microsoft.com/dashboard' };

/** @returns the steps in their order; with Office 365 one less: a licensed user is in the environment by itself */
export function stepsFor(facts: SetUpFacts): SetUpStep[] {
  const isUser = facts.authentication === 'office-365';
  return [
    isUser ? createUser(facts) : registerApplication(facts),
    enterDetails(facts),
    importSolution(facts),
    ...(isUser ? [] : [createApplicationUser(facts)]),
    assignRole(facts),
    setPrivileges(facts),
    publish(),
  ];
}

function registerApplication({ applicationId, directoryId, secretKind }: SetUpFacts): SetUpStep {
  return {
    name: 'register',
    title: 'Register an application, and make its secret',
    why: 'Leads are written by an application, not by a person who may leave or change the password.',
    parts: [
      {
        place: AZURE,
        path: ['Microsoft Entra ID', 'App registrations', 'New registration'],
        clicks: [
          'Enter any name that you will know again, and leave Redirect URI empty.',
          'Under Supported account types take the directory that your Dynamics 365 belongs to. Select Register.',
          'On the Overview page copy Application (client) ID and Directory (tenant) ID.',
        ],
      },
      {
        place: AZURE,
        path: ['your application', 'Certificates & secrets', 'New client secret'],
        clicks: [
          'Enter a description, choose when it expires, and select Add.',
          'Copy the Value at once, and note the day on which it expires.',
        ],
      },
    ],
    values: [
      ...known('Application (client) ID', applicationId),
      ...known('Directory (tenant) ID', directoryId),
    ],
    afterwards:
      'You have the application ID, the directory ID and the secret’s value. The value is shown this one time; if it is lost, make another secret.',
    beware: 'Beside the Value stands a Secret ID. That one looks like a secret, and does not work as one.',
    outdated:
      'Azure Active Directory is called Microsoft Entra ID now. A secret that never expires is no longer offered: 24 months are the most, so we warn you in time. No API permission has to be added either: user_impersonation is for applications that act for a person who is signed in.',
    checks: [
      'directory',
      'application',
      'client-secret',
      'certificate',
      'conditional-access',
      'secret-expiry',
    ],
    needs: ['application', secretKind],
  };
}

function createUser({ userName }: SetUpFacts): SetUpStep {
  return {
    name: 'register',
    title: 'Create a user for leads alone',
    why: 'Leads are written under its name, so it should be nobody’s own account.',
    parts: [
      {
        place: MICROSOFT_365,
        path: ['Users', 'Active users', 'Add a user'],
        clicks: [
          'Enter a user name and a password, and clear the box that has the password changed at the first sign-in.',
          'Assign a licence that includes Dynamics 365.',
          'Leave the user without any admin role, and finish.',
        ],
      },
    ],
    values: known('User name', userName),
    afterwards: 'The user is among the active users. Some minutes later it is in your environment, too.',
    beware:
      'Multi-factor authentication must not be required of this user: nobody is there to answer. If a security group decides who is let into the environment, add the user to it.',
    outdated:
      'The sign-in by WS-Trust that this option once meant is gone; a password grant stands in for it, which Microsoft advises against.',
    checks: ['directory', 'user', 'password', 'conditional-access', 'secret-expiry', 'office-365'],
    needs: ['user', 'password'],
  };
}

function enterDetails({ authentication, url }: SetUpFacts): SetUpStep {
  return {
    name: 'enter',
    title: 'Enter the connection details',
    why: 'With them leads find their way to your instance.',
    parts: [
      {
        path: ['Offers', 'your offer', 'Customer leads', 'Connection details'],
        clicks: [
          'URL: the address of your Dynamics 365 as the browser shows it, up to the host name.',
          authentication === 'office-365'
            ? 'Authentication: Office 365, with the user name and the password of step 1.'
            : 'Authentication: Azure Active Directory, with the two IDs and the secret’s value of step 1, and the day on which it expires.',
          'Contact email: who is told of each lead, separated by semicolons. Select OK.',
        ],
      },
    ],
    values: [{ name: 'URL', value: url }],
    afterwards: 'The details are saved. The secret is never shown again, here or anywhere.',
    beware: 'The URL of a sandbox differs from that of production by a few letters, and both let you in.',
    checks: ['url', 'host', 'organization', 'token'],
    needs: ['url', 'organization'],
  };
}

function publish(): SetUpStep {
  return {
    name: 'publish',
    title: 'Validate, publish, and tell Partner Center',
    why: 'A test lead goes the whole way before a customer’s does.',
    parts: [
      {
        path: ['Offers', 'your offer'],
        clicks: [
          'Check this step: that runs every check, and writes a test lead.',
          'Publish: from then on leads are taken in.',
          'Copy the address for Partner Center.',
        ],
      },
      {
        place: PARTNER_CENTER,
        path: ['Marketplace offers', 'your offer', 'Offer setup', 'Customer leads', 'Connect'],
        clicks: [
          'Choose HTTPS Endpoint as the lead destination, paste the address, and select OK.',
          'Publish the offer there again.',
        ],
      },
    ],
    values: [],
    afterwards: 'The lead MSFT_TEST is among the leads of your Dynamics 365, and this offer is published.',
    beware:
      'Partner Center goes on as before until the offer has been published there once more: saving is not enough.',
    outdated:
      'Older guides choose Dynamics 365 Customer Engagement as the destination there. Here leads go to the address first, so that none is lost while Dynamics 365 is away.',
    checks: ['lead-table', 'test-lead', 'test-lead-found', 'dynamics-writer'],
    needs: ['test-lead'],
  };
}

/**
 * The guided set-up, step by step: what to click on which page, what one sees then, and which checks of a Validate tell
 * that it is done. Pure.
 */
import { type GuideStep, guideSteps } from '@leads/contracts/validation';
import { addApplicationUser, addRole, addSolution, setCells } from './dynamics-steps.ts';
import { known, type SetUpFacts, type SetUpPart, type SetUpStep, type StepTelling } from './set-up-step.ts';

const telling: Record<GuideStep, (facts: SetUpFacts) => StepTelling> = {
  register: (facts) =>
    facts.authentication === 'office-365' ? createUser(facts) : registerApplication(facts),
  enter: enterDetails,
  solution: addSolution,
  user: addApplicationUser,
  role: addRole,
  privileges: setCells,
  publish,
};

/** @returns the steps in their order; with Office 365 one less: a licensed user is in the environment by itself */
export function stepsFor(facts: SetUpFacts): SetUpStep[] {
  return guideSteps(facts.secretKind).map(({ step, ...checks }) => ({
    name: step,
    ...telling[step](facts),
    ...checks,
  }));
}

const uploadCertificate: SetUpPart = {
  page: 'azure',
  path: ['your application', 'Certificates & secrets', 'Certificates', 'Upload certificate'],
  clicks: ['Choose the certificate without its private key, and select Add.'],
};

/** A certificate first: with a secret it is still what would be better. */
const certificateOrSecret: readonly SetUpPart[] = [
  {
    ...uploadCertificate,
    clicks: ['Recommended: choose a certificate without its private key, and select Add.'],
  },
  {
    page: 'azure',
    path: ['your application', 'Certificates & secrets', 'New client secret'],
    clicks: [
      'Only where you have no certificate: enter a description, choose when it expires, and select Add.',
      'Copy the Value at once, and note the day on which it expires.',
    ],
  },
];

function registerApplication({ applicationId, directoryId, secretKind }: SetUpFacts): StepTelling {
  const isByCertificate = secretKind === 'certificate';
  return {
    title: `Register an application, and give it ${isByCertificate ? 'its certificate' : 'a certificate or a secret'}`,
    why: 'Leads are written by an application, not by a person who may leave or change the password.',
    parts: [
      {
        page: 'azure',
        path: ['Microsoft Entra ID', 'App registrations', 'New registration'],
        clicks: [
          'Enter any name that you will know again, and leave Redirect URI empty.',
          'Under Supported account types take the directory that your Dynamics 365 belongs to. Select Register.',
          'On the Overview page copy Application (client) ID and Directory (tenant) ID.',
        ],
      },
      ...(isByCertificate ? [uploadCertificate] : certificateOrSecret),
    ],
    values: [
      ...known('Application (client) ID', applicationId),
      ...known('Directory (tenant) ID', directoryId),
    ],
    afterwards: isByCertificate
      ? 'You have the application ID and the directory ID, and the certificate is in the list with its thumbprint.'
      : 'You have the application ID, the directory ID, and a certificate in the list or the secret’s Value. The Value is shown this one time; if it is lost, make another secret.',
    beware: isByCertificate
      ? 'The private key stays with you and is entered with the connection alone: never upload it there.'
      : 'A certificate is the better proof where you can have one, and a directory can forbid client secrets: choose By certificate in the Connection details. With a secret: beside the Value stands a Secret ID, which looks like a secret and does not work as one.',
    outdated: `Azure Active Directory is called Microsoft Entra ID now. ${isByCertificate ? 'Older guides make a client secret: a certificate does without.' : 'A secret that never expires is no longer offered: 24 months are the most, so we warn you in time.'} No API permission has to be added either: user_impersonation is for applications that act for a person who is signed in.`,
  };
}

function createUser({ userName }: SetUpFacts): StepTelling {
  return {
    title: 'Create a user for leads alone',
    why: 'Leads are written under its name, so it should be nobody’s own account.',
    parts: [
      {
        page: 'microsoft-365',
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
  };
}

/** What proves who signs in, as it is entered; and what is said of it once it is. */
const proofs: Record<SetUpFacts['secretKind'], { enter: string; afterwards: string }> = {
  password: {
    enter: 'Authentication: Office 365, with the user name and the password of step 1.',
    afterwards: 'The details are saved. The password is never shown again, here or anywhere.',
  },
  certificate: {
    enter:
      'Authentication: Azure Active Directory, with the two IDs of step 1. Proof: By certificate, with the certificate and its private key.',
    afterwards: 'The details are saved. The private key is never shown again, here or anywhere.',
  },
  'client-secret': {
    enter:
      'Authentication: Azure Active Directory, with the two IDs of step 1. Proof: By certificate, with the certificate and its private key; or By secret, with the secret’s Value of step 1 and the day on which it expires.',
    afterwards:
      'The details are saved. The private key or the secret is never shown again, here or anywhere.',
  },
};

function enterDetails({ secretKind, url }: SetUpFacts): StepTelling {
  return {
    title: 'Enter the connection details',
    why: 'With them leads find their way to your instance.',
    parts: [
      {
        path: ['Offers', 'your offer', 'Customer leads', 'Connection details'],
        clicks: [
          'URL: the address of your Dynamics 365 as the browser shows it, up to the host name.',
          proofs[secretKind].enter,
          'Contact email: who is told of each lead, separated by semicolons. Select OK.',
        ],
      },
    ],
    values: [{ name: 'URL', value: url }],
    afterwards: proofs[secretKind].afterwards,
    beware: 'The URL of a sandbox differs from that of production by a few letters, and both let you in.',
  };
}

function publish(): StepTelling {
  return {
    title: 'Validate, publish, and tell Partner Center',
    why: 'A test lead goes the whole way before a customer’s does.',
    parts: [
      {
        path: ['Offers', 'your offer'],
        clicks: [
          'Check this step: that runs every check, and writes a test lead.',
          'Publish: from then on leads are written; what comes before is held.',
          'Copy the address for Partner Center.',
        ],
      },
      {
        page: 'partner-center',
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
  };
}

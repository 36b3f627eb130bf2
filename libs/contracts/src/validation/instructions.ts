/**
 * What to click where, once for every place that says so: the guided set-up, a failed check, an alert. Names of pages
 * and buttons are today's; where organizations with the classic settings differ, `classic` has the set-up guide's way.
 */
import type { SecretKind } from '../connection-details/secret-fields.ts';
import { PAGES, type PageName } from './pages.ts';
import { GUIDE_PRIVILEGES, type GuidePrivilege, LEAD_WRITER_ROLE } from './privileges.ts';

/** What is done on one page. */
export interface Instruction {
  page: PageName;
  /** From that page on, menu by menu. */
  path: readonly string[];
  clicks: readonly string[];
  /** The same in the classic settings of Dynamics 365, as one sentence. */
  classic?: string;
}

const ENTRA = 'Microsoft Entra ID (formerly Azure Active Directory)';
const APPLICATION = [ENTRA, 'App registrations', 'your application'];
const ENVIRONMENT = ['Manage', 'Environments', 'your environment'];
const PERMISSIONS = [...ENVIRONMENT, 'Settings', 'Users + permissions'];
const CLASSIC = 'the gear > Advanced Settings > Settings';

/** Opens the Connection details and changes something there. */
export function changeDetails(...clicks: string[]): Instruction {
  return { page: 'connection-details', path: [], clicks: [...clicks, 'Select OK.'] };
}

export const compareUrl: readonly Instruction[] = [
  {
    page: 'dynamics',
    path: [],
    clicks: ['Copy the address bar up to the host name, such as https://contoso.crm4.dynamics.com.'],
  },
  changeDetails('Compare it with the URL, and correct what differs.'),
];

export const compareDirectory: readonly Instruction[] = [
  {
    page: 'azure',
    path: [ENTRA, 'Properties'],
    clicks: [
      'Look at the top right that it is the directory which your Dynamics 365 belongs to, and copy the Directory (tenant) ID.',
    ],
  },
  changeDetails('Compare it with the Directory ID, and correct what differs.'),
];

export const compareApplication: readonly Instruction[] = [
  {
    page: 'azure',
    path: [...APPLICATION, 'Overview'],
    clicks: ['Copy the Application (client) ID. It is neither the Object ID nor the Secret ID.'],
  },
  changeDetails('Compare it with the Application (client) ID, and correct what differs.'),
];

export const enableApplication: Instruction = {
  page: 'azure',
  path: [ENTRA, 'Enterprise applications', 'your application', 'Properties'],
  clicks: ['Set Enabled for users to sign-in to Yes, and select Save.'],
};

export const renewSecret: readonly Instruction[] = [
  {
    page: 'azure',
    path: [...APPLICATION, 'Certificates & secrets', 'New client secret'],
    clicks: [
      'Enter a description, choose when it expires, and select Add.',
      'Copy the Value at once: it is shown only now. The Secret ID beside it is not the secret.',
    ],
  },
  changeDetails('Enter the Value as Client secret, with the day on which it expires.'),
];

export const uploadCertificate: readonly Instruction[] = [
  {
    page: 'azure',
    path: [...APPLICATION, 'Certificates & secrets', 'Certificates'],
    clicks: [
      'Compare thumbprint and expiry date with the certificate of this connection.',
      'Is it missing or expired? Select Upload certificate, and choose it.',
    ],
  },
  changeDetails('Has the application another one? Enter that one here, with its private key.'),
];

export const renewPassword: readonly Instruction[] = [
  {
    page: 'microsoft-365',
    path: ['Users', 'Active users'],
    clicks: [
      'Select the user of this connection, then Reset password.',
      'Clear the box that has the password changed at the first sign-in.',
    ],
  },
  changeDetails('Enter the new password. It lasts 90 days.'),
];

/** How each kind of secret is renewed. */
export const replaceSecret: Readonly<Record<SecretKind, readonly Instruction[]>> = {
  'client-secret': renewSecret,
  certificate: uploadCertificate,
  password: renewPassword,
};

export const exemptFromConditions: readonly Instruction[] = [
  {
    page: 'azure',
    path: [ENTRA, 'Security', 'Conditional Access'],
    clicks: [
      'Look for the policy that takes in this application or user, and exclude it there.',
      'A user must also be free of multi-factor authentication: nobody is there to answer.',
    ],
  },
  changeDetails(
    'Better: choose Azure Active Directory as the authentication. An application is asked for no second factor.',
  ),
];

/** Entra ID's own record of sign-ins names the reason of each. */
export const readSignInLog: Instruction = {
  page: 'azure',
  path: [ENTRA, 'Sign-in logs'],
  clicks: [
    'Choose the tab Service principal sign-ins (with Office 365: User sign-ins, non-interactive), and open the latest that failed: it names the reason.',
  ],
};

export const grantConsent: Instruction = {
  page: 'azure',
  path: [...APPLICATION, 'API permissions'],
  clicks: [
    'Is Dynamics CRM with user_impersonation missing? Select Add a permission, and add it.',
    'Select Grant admin consent.',
  ],
};

/** For an application that is registered elsewhere and has no presence in the directory of the instance. */
export const admitApplication: Instruction = {
  page: 'azure',
  path: [ENTRA, 'Enterprise applications'],
  clicks: [
    'Search all applications for the Application (client) ID. Is it missing? Then register an application in this directory, or have an administrator consent to yours here.',
  ],
};

/** For a directory in which Dynamics 365 itself is missing or switched off, as after its subscription has ended. */
export const renewSubscription: Instruction = {
  page: 'microsoft-365',
  path: ['Billing', 'Your products'],
  clicks: ['See that the subscription of Dynamics 365 or Power Apps is there and active.'],
};

export const compareUser: readonly Instruction[] = [
  {
    page: 'microsoft-365',
    path: ['Users', 'Active users'],
    clicks: ['Look for the user of this connection, and copy its user name.'],
  },
  changeDetails('Compare it with the User name, and correct what differs.'),
];

export const allowSignIn: Instruction = {
  page: 'microsoft-365',
  path: ['Users', 'Active users'],
  clicks: ['Select the user of this connection, and see that its sign-in is not blocked.'],
};

export const importSolution: readonly Instruction[] = [
  {
    page: 'guide',
    path: ['Install the solution'],
    clicks: [`Download the Microsoft Marketplace Lead Writer solution, and keep the .zip as it is.`],
  },
  {
    page: 'power-apps',
    path: ['Solutions', 'Import solution'],
    clicks: [
      'At the top right choose the environment of your Dynamics 365.',
      'Select Browse and choose the file, then Next, then Import.',
    ],
    classic: `${CLASSIC} > Solutions > Import.`,
  },
];

export const createApplicationUser: Instruction = {
  page: 'power-platform',
  path: [...PERMISSIONS, 'Application users', 'New app user'],
  clicks: [
    'Select Add an app, search for the application ID, tick it, and select Add.',
    'Choose the business unit: the topmost, unless you know better.',
    'Select Create.',
  ],
  classic: `${CLASSIC} > Security > Users > Application Users > New, with the form USER: APPLICATION USER.`,
};

export const enableUser: Instruction = {
  page: 'power-platform',
  path: [...PERMISSIONS, 'Application users'],
  clicks: [
    'Select the user of this connection (with Office 365 it is under Users) and see that its state is Active.',
  ],
  classic: `${CLASSIC} > Security > Users: select it, then Enable.`,
};

export const assignRole: Instruction = {
  page: 'power-platform',
  path: [...PERMISSIONS, 'Application users'],
  clicks: [
    'Select the user of this connection (with Office 365 it is under Users), then Edit security roles.',
    `Tick ${LEAD_WRITER_ROLE}, and select Save. Is it not in the list? Then import the lead writer solution first.`,
  ],
  classic: `${CLASSIC} > Security > Users: select it, then Manage Roles.`,
};

/** Opens the role and sets privileges of it; all that the guide has set by hand unless some are named. */
export function setPrivileges(
  privileges: readonly GuidePrivilege[] = GUIDE_PRIVILEGES.filter(({ table }) => table !== 'Lead'),
): Instruction {
  const cells = [...Map.groupBy(privileges, ({ table }) => table)].map(([table, [first, ...others]]) => ({
    table,
    verbs: listed([first, ...others].flatMap((privilege) => (privilege ? [privilege.verb] : []))),
    isGlobal: first?.depth === 'Global',
  }));
  return {
    page: 'power-platform',
    path: [...PERMISSIONS, 'Security roles', LEAD_WRITER_ROLE],
    clicks: [
      'Choose Show all tables: only those with privileges are shown otherwise.',
      ...cells.map(
        ({ table, verbs, isGlobal }) =>
          `Find ${table}, and set ${verbs} to ${isGlobal ? 'Organization' : 'User'}.`,
      ),
      'Select Save + close.',
    ],
    classic: `${CLASSIC} > Security > Security Roles > ${LEAD_WRITER_ROLE}: ${cells
      .map(({ table, verbs, isGlobal }) =>
        isGlobal
          ? `on the tab Customization click the circles of ${table} under ${verbs} four times: Organization, solid green`
          : `on the tab Core Records click the circles of ${table} under ${verbs} once: User, one quarter yellow`,
      )
      .join('; ')}.`,
  };
}

/** For `0x80095ffc`: the environment lets only listed applications in. */
export const allowApplication: Instruction = {
  page: 'power-platform',
  path: ['Security', 'Identity and access', 'App access control', 'your environment'],
  clicks: ['Add the Application (client) ID of this connection to the allowed applications, and save.'],
};

/** For the IP firewall of an environment. */
export const allowAddress: Instruction = {
  page: 'power-platform',
  path: ['Security', 'Identity and access', 'IP firewall', 'your environment'],
  clicks: ['Add the address that the refusal names to the allowed addresses, and save.'],
};

/** For an environment that is disabled, or in administration mode. */
export const openEnvironment: Instruction = {
  page: 'power-platform',
  path: ENVIRONMENT,
  clicks: [
    'Is it disabled? Then enable it.',
    'Is it in administration mode? Then end that when the administrators are done.',
  ],
};

/** For `0x8004f502`: a column that only a column security profile may fill. */
export const permitColumn: Instruction = {
  page: 'power-platform',
  path: [...PERMISSIONS, 'Column security profiles'],
  clicks: [
    'Open or make a profile that permits Create of the column that the refusal names.',
    'Add the user of this connection to it, and save.',
  ],
};

/** Instructions as a paragraph, for an alert or a mail. */
export function inWords(instructions: readonly Instruction[]): string {
  return instructions.map((instruction) => stepsOf([instruction]).join(' ')).join(' ');
}

/** Instructions as steps of a list, each a sentence or two. */
export function stepsOf(instructions: readonly Instruction[]): string[] {
  return instructions.flatMap(({ page, path, clicks, classic }) => [
    `Open ${[PAGES[page].name, ...path].join(' > ')}.`,
    ...clicks,
    ...(classic === undefined ? [] : [`With the classic settings of Dynamics 365: ${classic}`]),
  ]);
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

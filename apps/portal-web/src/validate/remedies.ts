/**
 * How each failed check is mended, step by step: which page of Azure, Microsoft 365 or Dynamics, which button, which
 * value. Names of pages and buttons are those of Microsoft's set-up guide; where it is out of date, today's are added.
 */

/** Something to click: where `details` the Connection details dialog opens, otherwise a page of Microsoft's. */
export interface RemedyLink {
  text: string;
  to: 'azure' | 'microsoft-365' | 'dynamics' | 'details';
}

export interface Remedy {
  steps: readonly string[];
  links: readonly RemedyLink[];
}

const AZURE: RemedyLink = { text: 'Open the Azure portal', to: 'azure' };
const ADMIN_CENTER: RemedyLink = { text: 'Open the Microsoft 365 admin center', to: 'microsoft-365' };
const DYNAMICS: RemedyLink = { text: 'Open Dynamics', to: 'dynamics' };
const DETAILS: RemedyLink = { text: 'Open Connection details', to: 'details' };

const openSettings =
  'Open Dynamics 365 as an administrator, select the gear in the top bar, then Advanced Settings. (In newer environments: the Power Platform admin center, your environment, Settings.)';
const openRole =
  'Open Settings > Security > Security Roles, and there the role Microsoft Marketplace Lead Writer.';
const saveRole = 'Select Save and Close.';
const openApplication =
  'In the Azure portal open Azure Active Directory (Microsoft Entra ID), App registrations, and select your application.';

const compareUrl: Remedy = {
  steps: [
    'Open Dynamics 365 in the browser and look at the address bar.',
    'Copy the part up to the host name, such as https://contoso.crm4.dynamics.com.',
    'Open Connection details, paste it as URL, and select OK.',
  ],
  links: [DYNAMICS, DETAILS],
};

const uiSettings = (verb: string): Remedy => ({
  steps: [
    openSettings,
    openRole,
    `On the tab Core Records find User Entity UI Settings, and click the circle under ${verb} once: User, one quarter yellow.`,
    saveRole,
  ],
  links: [DYNAMICS],
});

const systemJob = (verb: string): Remedy => ({
  steps: [
    openSettings,
    openRole,
    `On the tab Customization find System Job, and click the circle under ${verb} four times: Organization, solid green.`,
    saveRole,
  ],
  links: [DYNAMICS],
});

const assignRole: Remedy = {
  steps: [
    openSettings,
    'Open Settings > Security > Users and select the user of this connection. An application’s user is in the view Application Users.',
    'Select Manage Roles.',
    'Tick Microsoft Marketplace Lead Writer and select OK. Is it not in the list? Then import the lead writer solution first.',
  ],
  links: [DYNAMICS],
};

const newPassword: Remedy = {
  steps: [
    'In the Microsoft 365 admin center open Users > Active users, and select the user of this connection.',
    'Select Reset password. Enter a new one, and clear Make this user change their password when they first sign in.',
    'Open Connection details, enter the new password, and select OK.',
  ],
  links: [ADMIN_CENTER, DETAILS],
};

const remedies: Record<string, Remedy> = {
  url: compareUrl,
  host: compareUrl,
  directory: {
    steps: [
      'In the Azure portal open Azure Active Directory (Microsoft Entra ID), Properties. Look at the top right that it is the directory which your Dynamics 365 belongs to.',
      'Copy the Directory ID (Tenant ID).',
      'Open Connection details, paste it as Directory ID, and select OK.',
    ],
    links: [AZURE, DETAILS],
  },
  application: {
    steps: [
      openApplication,
      'On its Overview page copy the Application (client) ID. It is not the Object ID, and not the Secret ID.',
      'Open Connection details, paste it as Application (client) ID, and select OK.',
      'Is the ID right already? Then open Enterprise applications, your application, Properties, and set Enabled for users to sign-in to Yes.',
    ],
    links: [AZURE, DETAILS],
  },
  user: {
    steps: [
      openSettings,
      'Open Settings > Security > Users, and choose the view Application Users. (With Office 365: Enabled Users.)',
      'Is the user missing? Select New, choose the form USER: APPLICATION USER, enter the Application (client) ID of this connection with a user name, full name and e-mail address, and select Save & Close.',
      'Is it disabled? Select it, then Enable.',
      'Select Manage Roles and tick Microsoft Marketplace Lead Writer.',
    ],
    links: [DYNAMICS, DETAILS],
  },
  'client-secret': {
    steps: [
      openApplication,
      'Select Certificates & secrets, then New client secret. Enter a description and how long it is to last, and select Add.',
      'Copy the Value at once: it is shown only now. The Secret ID beside it is not the secret.',
      'Open Connection details, paste it as Client secret, enter the day on which it expires, and select OK.',
    ],
    links: [AZURE, DETAILS],
  },
  certificate: {
    steps: [
      openApplication,
      'Select Certificates & secrets, then Certificates. Compare the thumbprint and the expiry date with your certificate.',
      'Is it missing or expired? Select Upload certificate, and choose the one that this connection has.',
      'Has the connection another one? Replace its secret here with the certificate and its private key.',
    ],
    links: [AZURE, DETAILS],
  },
  password: newPassword,
  'conditional-access': {
    steps: [
      'In the Azure portal open Azure Active Directory (Microsoft Entra ID), Security, Conditional Access, and look for the policy that takes in this application or user.',
      'Exclude it there. With Office 365 the user must also be free of multi-factor authentication.',
      'Better: choose Azure Active Directory as the authentication in Connection details. An application is asked for no second factor.',
    ],
    links: [AZURE, DETAILS],
  },
  organization: {
    steps: [
      'Open Dynamics 365 in the browser, and compare the address bar with the URL in Connection details.',
      'In the Azure portal open Azure Active Directory (Microsoft Entra ID), Properties, and compare the Directory ID with the one in Connection details: it must be the directory that the instance belongs to.',
      'Correct what differs in Connection details, and select OK.',
    ],
    links: [DYNAMICS, AZURE, DETAILS],
  },
  'office-365': {
    steps: [
      'In the Azure portal register an application, and create a client secret for it (the guided set-up goes through it step by step).',
      'In Dynamics 365 create an application user for it, with the role Microsoft Marketplace Lead Writer.',
      'Open Connection details, choose Azure Active Directory, and enter Application (client) ID, Directory ID and Client secret.',
    ],
    links: [AZURE, DYNAMICS, DETAILS],
  },
  'secret-expiry': {
    steps: [
      openApplication,
      'Select Certificates & secrets and look at the column Expires. With Office 365 a password lasts 90 days.',
      'Does it end soon? Create a new client secret and copy its Value; the old one goes on until it expires.',
      'Open Connection details, enter the new secret or only the day on which it expires, and select OK.',
    ],
    links: [AZURE, DETAILS],
  },
  token: {
    steps: [
      'Compare URL, Application (client) ID and Directory ID in Connection details with the Azure portal.',
      'Run the checks again: a token that was too old is replaced by a new one.',
    ],
    links: [AZURE, DETAILS],
  },
  version: {
    steps: [
      'Open Dynamics 365 in the browser. Is it in administration mode, or being updated? Then wait until that is over.',
      'Run the checks again.',
    ],
    links: [DYNAMICS],
  },
  solution: {
    steps: [
      'Download the Microsoft Marketplace Lead Writer solution, as Microsoft’s set-up guide for Dynamics 365 has it, and keep the file as it is (a .zip).',
      openSettings,
      'Open Settings > Solutions, and select Import. Do you not see Solutions? Then you lack the rights: ask an administrator of the instance.',
      'Choose the file, and go through the wizard to its end.',
    ],
    links: [DYNAMICS],
  },
  role: assignRole,
  'privilege-prvCreateLead': assignRole,
  'privilege-prvCreateUserEntityUISettings': uiSettings('Create'),
  'privilege-prvReadUserEntityUISettings': uiSettings('Read'),
  'privilege-prvWriteUserEntityUISettings': uiSettings('Write'),
  'privilege-prvReadAsyncOperation': systemJob('Read'),
  'privilege-prvWriteAsyncOperation': systemJob('Write'),
  'privilege-prvAppendToAsyncOperation': systemJob('Append To'),
  'lead-table': {
    steps: [
      'Open Dynamics 365 in the browser, and look whether it has Sales with Leads. Without Dynamics 365 Sales there is no lead table.',
      'Is it another instance than you meant? Correct the URL in Connection details.',
      'Does the mapping of this connection name a column that is missing? Correct the mapping, or create the column.',
    ],
    links: [DYNAMICS, DETAILS],
  },
  'test-lead': {
    steps: [
      'Look at the cause above: it is what Dynamics answered to the test lead.',
      'Is a privilege missing? In Settings > Security > Security Roles open Microsoft Marketplace Lead Writer: User Entity UI Settings needs Create, Read and Write (User), System Job needs Read, Write and Append To (Organization).',
      'Does a plug-in, a rule or a required column refuse it? Ask an administrator of the instance to let leads of this user through.',
      'Is the connection paused? Resume it.',
    ],
    links: [DYNAMICS],
  },
  'test-lead-found': {
    steps: [
      'Open Dynamics 365, Sales, Leads, and search for MSFT_TEST.',
      'Is it not there? Ask an administrator of the instance whether a workflow or a plug-in deletes new leads or gives them to others.',
    ],
    links: [DYNAMICS],
  },
};

/** The steps for a check; `undefined` for one that this console does not know, whose remedy the check itself tells. */
export function remedyOf(check: string): Remedy | undefined {
  return Object.hasOwn(remedies, check) ? remedies[check] : undefined;
}

/** Where a link of a remedy leads; `undefined` where it opens something of the console's own. */
export function addressOf({ to }: RemedyLink, instanceUrl: string): string | undefined {
  switch (to) {
    case 'azure':
      return 'https://portal.azure.com/';
    case 'microsoft-365':
      return 'https://admin.microsoft.com/';
    case 'dynamics':
      return instanceUrl;
    case 'details':
      return undefined;
  }
}

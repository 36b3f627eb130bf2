/** What each check of a Validate is called, and what it looks at, in words. */

export interface CheckWords {
  title: string;
  /** What it finds out, while it runs. */
  looksAt: string;
}

const words: Record<string, CheckWords> = {
  url: { title: 'URL', looksAt: 'Is it the address of a Dynamics 365 instance?' },
  host: { title: 'Host', looksAt: 'Does an instance answer there?' },
  directory: { title: 'Directory', looksAt: 'Does it exist, and does the instance belong to it?' },
  application: { title: 'Application', looksAt: 'Is it registered in the directory?' },
  user: { title: 'User', looksAt: 'Is the user there, and enabled?' },
  'client-secret': { title: 'Client secret', looksAt: 'Is it right, and not expired?' },
  certificate: { title: 'Certificate', looksAt: 'Is it registered, and not expired?' },
  password: { title: 'Password', looksAt: 'Is it right, and not expired?' },
  'conditional-access': {
    title: 'Conditional Access',
    looksAt: 'Does the directory let this sign-in through?',
  },
  organization: { title: 'Organization', looksAt: 'Does the directory give a token for this instance?' },
  'office-365': { title: 'Office 365', looksAt: 'Is the way of signing in still a good one?' },
  'secret-expiry': { title: 'Expiry', looksAt: 'Does the secret last a while?' },
  token: { title: 'Access token', looksAt: 'Does Dynamics accept the token?' },
  version: { title: 'Dynamics version', looksAt: 'Which version does the instance have?' },
  solution: { title: 'Lead writer solution', looksAt: 'Is it imported, in the version expected?' },
  role: { title: 'Role', looksAt: 'Does the user have Microsoft Marketplace Lead Writer?' },
  'privilege-prvCreateLead': { title: 'Create leads', looksAt: 'May the user create leads?' },
  'privilege-prvCreateUserEntityUISettings': {
    title: 'User Entity UI Settings: Create',
    looksAt: 'Is it set to User?',
  },
  'privilege-prvReadUserEntityUISettings': {
    title: 'User Entity UI Settings: Read',
    looksAt: 'Is it set to User?',
  },
  'privilege-prvWriteUserEntityUISettings': {
    title: 'User Entity UI Settings: Write',
    looksAt: 'Is it set to User?',
  },
  'privilege-prvReadAsyncOperation': { title: 'System Job: Read', looksAt: 'Is it set to Organization?' },
  'privilege-prvWriteAsyncOperation': { title: 'System Job: Write', looksAt: 'Is it set to Organization?' },
  'privilege-prvAppendToAsyncOperation': {
    title: 'System Job: Append To',
    looksAt: 'Is it set to Organization?',
  },
  'lead-table': { title: 'Lead table', looksAt: 'Is it there, with the columns that leads fill?' },
  'test-lead': { title: 'Test lead', looksAt: 'Is a test lead written, the way of a real one?' },
  'test-lead-found': { title: 'Test lead found', looksAt: 'Is it in Dynamics?' },
};

/** The names of all checks that are known here. */
export const KNOWN_CHECKS: readonly string[] = Object.keys(words);

/** Words for any check: one that this console does not know yet is called by its name. */
export function checkWords(check: string): CheckWords {
  const known = Object.hasOwn(words, check) ? words[check] : undefined;
  if (known) return known;
  const name = check.replace(/^privilege-(?:prv)?/, 'Privilege ').replaceAll('-', ' ');
  return { title: name.charAt(0).toUpperCase() + name.slice(1), looksAt: '' };
}

/** Why somebody is on the page for those who are not signed in, by the word in its address. */
import { own } from '@leads/contracts';
import type { SignInProblem } from '@leads/contracts/portal-api';

export interface SignInProblemWords {
  intent: 'info' | 'warning' | 'error';
  title: string;
  detail: string;
}

/** How a sign-in can end, and two words of the console's own. */
const problems: Record<SignInProblem | 'session-ended' | 'sign-out-failed', SignInProblemWords> = {
  'session-ended': {
    intent: 'info',
    title: 'Your session has ended',
    detail: 'Nothing is lost. After signing in you are back where you were.',
  },
  'sign-out-failed': {
    intent: 'warning',
    title: 'Signing out may not have worked',
    detail: 'The portal could not be reached. On a shared computer, close the browser.',
  },
  cancelled: {
    intent: 'info',
    title: 'You did not sign in',
    detail: 'Microsoft’s page was closed before you had signed in. Begin again whenever you like.',
  },
  denied: {
    intent: 'error',
    title: 'Microsoft refused to sign you in',
    detail:
      'Your directory does not let you use this application, for example by Conditional Access or because nobody has assigned it to you. Ask an administrator of your directory: Azure portal, Enterprise applications, this application, Users and groups.',
  },
  'consent-needed': {
    intent: 'warning',
    title: 'An administrator has to consent first',
    detail:
      'Your directory does not know this application yet. Ask one of its administrators to sign in here once and to consent; then sign in again.',
  },
  expired: {
    intent: 'warning',
    title: 'The sign-in took too long',
    detail: 'It was begun more than ten minutes ago, in another browser, or used twice. Begin again.',
  },
  unreachable: {
    intent: 'warning',
    title: 'Microsoft Entra ID does not answer just now',
    detail: 'Leads are taken in and delivered meanwhile. Try again in a minute.',
  },
  'not-configured': {
    intent: 'error',
    title: 'Signing in is not set up rightly',
    detail:
      'Microsoft Entra ID does not accept this console’s own registration. Only its operators can mend that: tell them.',
  },
  'not-verified': {
    intent: 'error',
    title: 'The sign-in could not be verified',
    detail:
      'What came back from Microsoft failed a check, so nobody was signed in. Begin again; if it happens again, tell the operators.',
  },
};

const unknown: SignInProblemWords = {
  intent: 'error',
  title: 'Signing in did not work',
  detail: 'Begin again. If it happens again, tell the operators.',
};

/** @param word the `problem` in the address; `null` where there is none */
export function signInProblem(word: string | null): SignInProblemWords | undefined {
  if (word === null || word === '') return undefined;
  return own<SignInProblemWords>(problems, word) ?? unknown;
}

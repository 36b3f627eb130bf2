/** Why somebody is on the page for those who are not signed in, by the word in its address. */

export interface SignInProblem {
  intent: 'info' | 'warning' | 'error';
  title: string;
  detail: string;
}

const problems: Record<string, SignInProblem> = {
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
  refused: {
    intent: 'error',
    title: 'Microsoft did not sign you in',
    detail: 'The sign-in was cancelled or refused. Try again, with your work account.',
  },
  expired: {
    intent: 'warning',
    title: 'The sign-in took too long',
    detail: 'It was begun too long ago, or in another window. Begin again.',
  },
  'not-permitted': {
    intent: 'error',
    title: 'Your account may not sign in here',
    detail:
      'The administrator of your directory has to permit this application, or has kept your account from it.',
  },
  unavailable: {
    intent: 'error',
    title: 'Signing in does not work just now',
    detail:
      'Microsoft Entra ID could not be reached. Leads are taken in and delivered meanwhile. Try again in a minute.',
  },
};

const unknown: SignInProblem = {
  intent: 'error',
  title: 'Signing in did not work',
  detail: 'Begin again. If it happens again, tell the operators.',
};

/** @param word the `problem` in the address; `null` where there is none */
export function signInProblem(word: string | null): SignInProblem | undefined {
  if (word === null || word === '') return undefined;
  return Object.hasOwn(problems, word) ? problems[word] : unknown;
}

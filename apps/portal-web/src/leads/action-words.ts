/** What the customer did, in words, by the marketplace's action code. */
import { own } from '@leads/contracts';

const known: Record<string, string> = {
  INS: 'Acquired the offer or began a free trial (Get it now)',
  PLT: 'Asked to be contacted (Contact me)',
  DNC: 'Asked for another partner on your page: do not contact',
  CREATE: 'Bought in the Azure portal',
  STARTTESTDRIVE: 'Began a test drive',
};

/** @returns words for a code that is known; an unknown one as it came, since the marketplace adds codes */
export function actionWords(actionCode: string): string {
  if (actionCode === '') return 'Not said';
  return own(known, actionCode.toUpperCase()) ?? actionCode;
}

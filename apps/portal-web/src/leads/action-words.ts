/** What the customer did, in words, by the marketplace's action code. */
import { describeAction } from '@leads/contracts';

/** @returns words for a code that is known; an unknown one as it came, since the marketplace adds codes */
export function actionWords(actionCode: string): string {
  return actionCode === '' ? 'Not said' : describeAction(actionCode);
}

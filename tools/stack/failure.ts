/** A failure whose message is the whole story for the person at the keyboard: no stack trace is shown with it. */
export class Unready extends Error {
  override readonly name = 'Unready';
}

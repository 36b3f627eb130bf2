/** A title as the first sentence of a message: with a full stop, where it ends without one. */
export function asSentence(title: string): string {
  return /[.!?…]$/.test(title) ? title : `${title}.`;
}

/** Cuts texts as people see them. */

const ELLIPSIS = '…';
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At most `length` code units of a text, cut between two characters as people see them, with an ellipsis. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length <= 0) return '';
  let end = 0;
  for (const { index, segment } of characters.segment(text.slice(0, length + 1))) {
    if (index + segment.length > length - ELLIPSIS.length) break;
    end = index + segment.length;
  }
  return text.slice(0, end).trimEnd() + ELLIPSIS;
}

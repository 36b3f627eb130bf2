/** How a failed check is mended: its instructions as steps of a list, and the pages to open for them. */
import { addressOf, findCheck, inWords, PAGES, type PageName, stepsOf } from '@leads/contracts/validation';

interface RemedyLink {
  page: PageName;
  text: string;
  /** Absent where it opens in the console itself: the Connection details. */
  href: string | undefined;
}

export interface Remedy {
  steps: readonly string[];
  /** The same as a paragraph: a check that tells this tells nothing that the steps do not. */
  paragraph: string;
  /** Each page once, in the order in which they are needed. */
  links: readonly RemedyLink[];
}

/**
 * @param instanceUrl of the connection's Dynamics 365
 * @returns `undefined` for a check that this console does not know, whose remedy the check itself tells
 */
export function remedyOf(check: string, instanceUrl: string): Remedy | undefined {
  const instructions = findCheck(check)?.remedy;
  if (!instructions) return undefined;
  const pages = [...new Set(instructions.map(({ page }) => page))];
  return {
    steps: stepsOf(instructions),
    paragraph: inWords(instructions),
    links: pages.map((page) => ({
      page,
      text: `Open ${PAGES[page].name}`,
      href: addressOf(page, instanceUrl),
    })),
  };
}

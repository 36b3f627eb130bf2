/** What the product calls itself in its header and in page titles. */
export const PRODUCT_NAME = 'Marketplace leads';

/** The title of the browser's tab. */
export function tabTitle(page: string): string {
  return `${page} – ${PRODUCT_NAME}`;
}

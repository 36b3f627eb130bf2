/** The pages on which a connection is set up and mended, by the names they have today. */

export interface Page {
  name: string;
  /** Absent where it differs by connection: its own instance, or its details in the console. */
  href?: string;
}

export type PageName =
  | 'azure'
  | 'microsoft-365'
  | 'power-platform'
  | 'power-apps'
  | 'partner-center'
  | 'guide'
  | 'dynamics'
  | 'connection-details';

export const PAGES: Readonly<Record<PageName, Page>> = {
  azure: { name: 'Azure portal', href: 'https://portal.azure.com' },
  'microsoft-365': { name: 'Microsoft 365 admin center', href: 'https://admin.microsoft.com' },
  'power-platform': {
    name: 'Power Platform admin center',
    href: 'https://admin.powerplatform.microsoft.com',
  },
  'power-apps': { name: 'Power Apps', href: 'https://make.powerapps.com' },
  'partner-center': { name: 'Partner Center', href: 'https://partner.microsoft.com/dashboard' },
  /** Has the download of the solution. */
  guide: {
    name: 'Microsoft’s set-up guide for Dynamics 365',
    href: 'https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-lead-management-instructions-dynamics',
  },
  dynamics: { name: 'Dynamics 365' },
  'connection-details': { name: 'Connection details' },
};

/** @param instanceUrl of the connection; @returns `undefined` for what opens in the console itself */
export function addressOf(page: PageName, instanceUrl: string): string | undefined {
  return page === 'dynamics' ? instanceUrl : PAGES[page].href;
}

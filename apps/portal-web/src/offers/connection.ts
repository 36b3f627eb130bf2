/** A connection as `/api/connections` answers it; secrets and the lead address are never in it. */
import type {
  CustomerShown,
  MappingWarning,
  MessageLanguage,
  Notifications,
  OtherPartnerLeads,
} from '@leads/contracts';
import type { Offer } from '@leads/contracts/portal-api';

export type Authentication = Offer['authentication'];

export interface Connection {
  connectionId: string;
  version: number;
  publisher: { id: string; name: string };
  offer: { id: string; title: string };
  leadDestination: 'dynamics-365';
  url: string;
  authentication: Authentication;
  /** With Azure Active Directory. */
  applicationId?: string;
  directoryId?: string;
  /** With Office 365. */
  userName?: string;
  /** Separated by semicolons. */
  contactEmails: string;
  /** Differences from the standard lead record; only looked at here. */
  mapping?: object;
  /** For how many hours the same content again is the same lead; absent: as the operators set it. */
  repeatHours?: number;
  /** What is done with leads of customers who asked another partner; absent: `written`. */
  otherPartnerLeads?: OtherPartnerLeads;
  /** How its contacts are told; absent: as usual. */
  notifications?: Notifications;
  state: Offer['state'] | 'deleted';
  secret: {
    kind: 'client-secret' | 'certificate' | 'password';
    setAt: string;
    /** The last day on which it works, `YYYY-MM-DD`, where that is known. */
    expiresOn?: string;
  };
  /** The publisher’s other connections of this application; absent where there are none. */
  sameApplication?: { connectionId: string; offer: { id: string; title: string } }[];
  /** Of what was just saved: what to look at in its mapping. */
  warnings?: MappingWarning[];
  leadAddressSetAt: string;
  /** Lead addresses that were replaced, and until when each works or has worked. */
  earlierAddresses?: { until: string }[];
  changedAt: string;
  changedBy: string;
}

/** One version, and what made it, e.g. `connection changed`. */
export interface ConnectionVersion extends Connection {
  change: string;
}

export const LEAD_DESTINATION = 'Dynamics 365 Customer Engagement';

export const authenticationWords: Record<Authentication, string> = {
  'azure-active-directory': 'Azure Active Directory',
  'office-365': 'Office 365',
};

export const secretWords: Record<Connection['secret']['kind'], string> = {
  'client-secret': 'Client secret',
  certificate: 'Certificate',
  password: 'Password',
};

export const otherPartnerWords: Record<OtherPartnerLeads, string> = {
  written: 'Written like others',
  'written-with-flags': 'Written, and marked not to be contacted',
  'not-written': 'Kept here, not written',
};

export const customerShownWords: Record<CustomerShown, string> = {
  none: 'Nothing of the customer',
  'company-and-name': 'Name, company and country',
  all: 'Everything they said',
};

/** Each in its own language, for those who read it. */
export const languageWords: Record<MessageLanguage, string> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ja: '日本語',
};

/** The addresses that are saved, one by one: without a parser, which the first load of the console need not bring. */
export function emailsOf({ contactEmails }: Pick<Connection, 'contactEmails'>): string[] {
  return contactEmails
    .split(';')
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** What a mail about an alert says: what happened, whether anything is lost, and what to do. */
import type { Alert } from '@leads/contracts';
import { type ComposedMail, layOutMail, whenInWords } from './lay-out-mail.ts';
import { oneLine } from './mail-text.ts';

export interface AlertMail {
  alert: Alert;
  /** The offer's title as its publisher knows it. */
  offerTitle: string;
  /** The organisation's origin; `null` where it is not known. */
  organization: string | null;
}

/** What services write of an alert is longer than what customers type into one field. */
const LONGEST_SENTENCES = 2_000;

/** Composes the mail about one alert. */
export function composeAlertMail({ alert, offerTitle, organization }: AlertMail): ComposedMail {
  const offer = oneLine(offerTitle) || 'your offer';
  const where = organization === null ? '' : new URL(organization).host;
  const title = titles[alert.kind]({ offer, where, alert });
  const rows = [
    ['What happened', oneLine(alert.what, LONGEST_SENTENCES)],
    ['Is anything lost', lost[alert.kind]],
    ['What to do', oneLine(alert.remedy, LONGEST_SENTENCES)],
    ['Offer', offer],
    ['Organisation', organization ?? ''],
    ['When', whenInWords(new Date(alert.at))],
  ] as const;
  return {
    id: alert.alertId,
    idHeader: 'X-Alert-Id',
    subject: oneLine(title, 250),
    ...layOutMail({ warnings: [], title: oneLine(title), rows, notes: '' }),
  };
}

interface Told {
  offer: string;
  /** The organisation's host; empty where it is not known. */
  where: string;
  alert: Alert;
}

const titles: Record<Alert['kind'], (told: Told) => string> = {
  'connection-failing': ({ offer, where }) =>
    `Leads for ${offer} wait: the connection ${where && `to ${where} `}does not work`,
  'connection-restored': ({ offer }) => `Leads for ${offer} are written again`,
  'connection-warning': ({ offer, alert }) => `The connection of ${offer} needs a look: ${alert.what}`,
  'secret-expiring': ({ offer, alert }) => {
    const { name, when } = expiryOf(alert);
    return `The ${name} for ${offer} ${when}`;
  },
  'record-quarantined': ({ offer }) => `A record about ${offer} could not be read`,
};

/** Nothing ever is: what differs is what becomes of the leads meanwhile. */
const lost: Record<Alert['kind'], string> = {
  'connection-failing': 'No. Leads are taken in and wait.',
  'connection-restored': 'No. The leads that waited are being written.',
  'connection-warning': 'No. Leads are taken in and kept.',
  'secret-expiring': 'No. Without a valid secret leads are taken in and wait.',
  'record-quarantined': 'No. The record is kept, but has no effect until somebody sees to it.',
};

const names = {
  'client-secret': 'client secret',
  certificate: 'certificate',
  password: 'password',
} as const;

/** Which secret an alert speaks of, and how that stands with its last day. */
function expiryOf({ secret, what, at }: Alert): { name: string; when: string } {
  if (!secret) return readExpiry(what);
  const { kind, expiresOn } = secret;
  if (expiresOn === undefined) return { name: names[kind], when: 'is to be replaced' };
  const verb = at.slice(0, 10) > expiresOn ? 'expired' : 'expires';
  return { name: names[kind], when: `${verb} on ${expiresOn}` };
}

/** The same from the words of an alert that does not name its secret. Where they are others, neither is told. */
function readExpiry(what: string): { name: string; when: string } {
  const found = /^The (client secret|certificate|password) .*\b(expire[sd] on \d{4}-\d\d-\d\d)\./su.exec(
    what,
  );
  return { name: found?.[1] ?? 'secret', when: found?.[2] ?? 'is to be replaced' };
}

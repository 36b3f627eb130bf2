/** Makes of a mail's row what goes to the mail server. */
import { ContactQuestion, LeadWritten } from '@leads/contracts';
import {
  brandOf,
  type ComposedMail,
  composeContactRequest,
  composeIncident,
  composeNewLead,
  type Deployment,
  USUAL_NOTIFICATIONS,
} from '@leads/messages';
import { signContactLink } from '@leads/service';
import type { Kysely } from 'kysely';
import type { Settings } from '../config.ts';
import type { NotificationTables } from '../tables.ts';
import type { ClaimedMail } from './drain-mails.ts';
import { IncidentMailEvent } from './mail-store.ts';
import { customersRefused } from './refused-customers.ts';

/**
 * Composes a mail, the same each time.
 * @param now signs the link in a contact request, in epoch milliseconds
 */
export async function composeMail(
  database: Kysely<NotificationTables>,
  mail: ClaimedMail,
  settings: Settings,
  now: number,
): Promise<ComposedMail> {
  const { kind, aboutId: id, event, offerTitle, organization: connectionUrl } = mail;
  const said: unknown = JSON.parse(event);
  const deployment = deploymentOf(settings);
  const notifications = mail.notifications ?? USUAL_NOTIFICATIONS;
  if (kind === 'contact-request') {
    const question = ContactQuestion.parse(said);
    const token = await signContactLink(question, { key: settings.SERVICE_SIGNING_KEY_FILE, now });
    return composeContactRequest({ id, question, token, notifications }, deployment);
  }
  if (kind === 'incident') {
    const letter = IncidentMailEvent.parse(said);
    const connectionIds = letter.offers.map(({ connectionId }) => connectionId);
    const refused = await customersRefused(database, connectionIds, letter.incident.cause);
    return composeIncident({ id, ...letter, refused, notifications }, deployment);
  }
  return composeNewLead(
    { lead: LeadWritten.parse(said), offerTitle, connectionUrl, notifications },
    deployment,
  );
}

function deploymentOf(settings: Settings): Deployment {
  const { PORTAL_PUBLIC_URL: consoleUrl, DYNAMICS_LINK_BASE: linkBase } = settings;
  return { brand: brandOf(settings), consoleUrl, linkBase };
}

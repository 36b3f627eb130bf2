/** Why a mail server takes nothing from us, in words for operators, and what to do. */

export interface Explained {
  /** A stable word for the cause. */
  cause: string;
  /** One sentence. */
  what: string;
  remedy: string;
}

export const explanations = {
  away: {
    cause: 'unreachable',
    what: 'The mail server cannot be reached, or does not do what it should.',
    remedy: 'See whether it runs, and whether host and port in SMTP_URL can be reached from here.',
  },
  basicOff: {
    cause: 'basic-authentication-off',
    what: 'The mail server does not take a user with a password any more (basic authentication).',
    remedy:
      'Have notification sign in by OAuth 2.0: register an application, give it the right to send (Exchange Online: SMTP.SendAsApp, and a service principal with full access to the mailbox), and set SMTP_OAUTH.',
  },
  signIn: {
    cause: 'sign-in-refused',
    what: 'The mail server refuses how notification signs in.',
    remedy: 'Look at the user and the password, or at SMTP_OAUTH, and at whether that user may send by SMTP.',
  },
  tls: {
    cause: 'no-secure-connection',
    what: 'No encrypted connection to the mail server comes about.',
    remedy:
      'Look at whether it offers STARTTLS, or whether SMTP_URL should begin with smtps://, and at whether its certificate is good for its name.',
  },
  sender: {
    cause: 'sender-refused',
    what: 'The mail server does not take mails from the address in MAIL_FROM.',
    remedy:
      'See that the user who signs in may send as that address, that the address exists and is verified there, and that SPF, DKIM and DMARC of its domain name this server.',
  },
  relay: {
    cause: 'relay-refused',
    what: 'The mail server does not send mails of ours on to others.',
    remedy: 'Have notification sign in to it, or have the server take mails from this address for everybody.',
  },
  policy: {
    cause: 'policy',
    what: 'The mail server refuses mails of ours by a rule of its own.',
    remedy:
      'Read what it says. Often the address that mails come from is on a block list, has no name in reverse DNS, or is not permitted there.',
  },
  closedGroup: {
    cause: 'closed-group',
    what: 'A contact is a group or mailbox that takes mails of known senders only.',
    remedy:
      'Have whoever runs it permit the address in MAIL_FROM, or take another address onto the contact list.',
  },
} as const satisfies Record<string, Explained>;

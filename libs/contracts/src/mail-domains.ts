/** Domains of mail addresses: how they are written, and whose an address is. */

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST = 253;

/** Where anybody can have an address, or a domain below: such a domain is nobody's own. */
const PUBLIC = new Set([
  ...['aol.com', 'fastmail.com', 'gmail.com', 'googlemail.com', 'gmx.at', 'gmx.ch', 'gmx.com', 'gmx.de'],
  ...['gmx.net', 'hotmail.co.uk', 'hotmail.com', 'hotmail.de', 'hotmail.fr', 'icloud.com', 'live.com'],
  ...['mac.com', 'mail.com', 'mail.ru', 'me.com', 'msn.com', 'naver.com', 'onmicrosoft.com', 'orange.fr'],
  ...['outlook.com', 'outlook.de', 'outlook.fr', 'pm.me', 'proton.me', 'protonmail.com', 'qq.com'],
  ...['t-online.de', 'web.de', 'yahoo.co.jp', 'yahoo.co.uk', 'yahoo.com', 'yahoo.de', 'yahoo.fr'],
  ...['yandex.com', 'yandex.ru', 'ymail.com', 'zoho.com', '126.com', '163.com'],
]);

/** The domain in the one way that it is compared in: lower case, in ASCII; `undefined` where it is none. */
export function readMailDomain(text: string): string | undefined {
  const entered = text.trim().replace(/^@/, '').replace(/\.$/, '');
  // What would be another part of an address than its host is no domain.
  if (entered === '' || /[\s\p{Cc}/\\?#@:%]/u.test(entered)) return undefined;
  const host = URL.parse(`http://${entered}`)?.hostname ?? '';
  const labels = host.split('.');
  const isDomain = labels.length > 1 && host.length <= LONGEST && labels.every((label) => LABEL.test(label));
  return isDomain && !/^\d+$/.test(labels.at(-1) ?? '') ? host : undefined;
}

/** Whether anybody can have an address there. @param domain as {@link readMailDomain} writes it */
export function isPublicMailDomain(domain: string): boolean {
  return PUBLIC.has(domain);
}

/**
 * Whether an address is at one of the domains or below.
 * @param domains as {@link readMailDomain} writes them
 */
export function isAtOwnDomain(address: string, domains: readonly string[]): boolean {
  const domain = readMailDomain(address.slice(address.lastIndexOf('@') + 1));
  return domain !== undefined && domains.some((own) => domain === own || domain.endsWith(`.${own}`));
}

/** The domain that a person's sign-in name suggests as their publisher's own: a proposal, which proves nothing. */
export function proposedDomains(signInName: string): string[] {
  const at = signInName.lastIndexOf('@');
  const domain = at < 0 ? undefined : readMailDomain(signInName.slice(at + 1));
  return domain === undefined || isPublicMailDomain(domain) ? [] : [domain];
}

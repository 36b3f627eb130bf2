/** Where mails lead: to the console and to the organization of the connection, and nowhere else. */
import { recordLink } from '@leads/contracts';
import type { Deployment } from './deployment.ts';

/** An address that a mail may lead to: only this file makes one. */
export class Address {
  /** @internal */
  constructor(readonly href: string) {}
}

/** A page of the console, e.g. `/leads/…`; `undefined` where the console is not known. */
export function consolePage({ consoleUrl }: Deployment, path: `/${string}`): Address | undefined {
  if (consoleUrl === undefined) return undefined;
  const url = URL.parse(path, consoleUrl);
  return url?.origin === new URL(consoleUrl).origin && isWeb(url) ? new Address(url.href) : undefined;
}

/**
 * A lead's record in Dynamics; `undefined` where its event names another host than the connection's.
 * @param connectionUrl the connection's own; `null` where it is not known
 */
export function recordPage(
  { linkBase }: Deployment,
  record: { organization: string; crmId: string },
  connectionUrl: string | null,
): Address | undefined {
  const url = URL.parse(recordLink(record, connectionUrl, linkBase) ?? '');
  return url && isWeb(url) ? new Address(url.href) : undefined;
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

/** What an operator does when a publisher asks to be one, over the portal's API. */
import { Browser, people } from '@leads/testing';

interface Requests {
  requests: { directoryId: string; id: string; name: string }[];
}

/** Approves the request that waits for this publisher ID, with `<ID>.example` as its own domain. */
export async function approvePublisher(portalUrl: string, publisherId: string): Promise<void> {
  const operator = await Browser.signedIn(portalUrl, people.operator);
  const { requests } = (await operator.ask('GET', '/api/publisher-requests')).body as unknown as Requests;
  const request = requests.find(({ id }) => id === publisherId);
  if (!request) throw new Error(`Nobody asks to be the publisher ${publisherId}.`);
  const { directoryId, id, name } = request;
  const path = `/api/publisher-requests/${directoryId}/approve`;
  const { status, text } = await operator.ask('POST', path, {
    body: { id, name, domains: [`${id}.example`] },
  });
  if (status !== 200) throw new Error(`${publisherId} could not be approved: ${status} ${text}`);
}

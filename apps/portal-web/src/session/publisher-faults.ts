/** What is wrong with the name and the ID of a publisher as they are entered. */
import type { PublisherRegistration } from '@leads/contracts/portal-api';

/** The rules of `PublisherRegistration`, said for people; that schema has the last word, on the server. */
export function publisherFaults({ id, name }: PublisherRegistration): { id?: string; name?: string } {
  const idFault =
    id === ''
      ? 'Enter the publisher ID.'
      : /^[a-z0-9][a-z0-9_-]{0,49}$/i.test(id)
        ? undefined
        : 'Letters, digits, hyphens and underscores, at most 50, beginning with a letter or a digit.';
  const nameFault =
    name.trim() === ''
      ? 'Enter the name of the publisher.'
      : name.trim().length > 200
        ? 'At most 200 characters fit here.'
        : undefined;
  return {
    ...(idFault === undefined ? {} : { id: idFault }),
    ...(nameFault === undefined ? {} : { name: nameFault }),
  };
}

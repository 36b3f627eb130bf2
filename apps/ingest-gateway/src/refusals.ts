/** Every answer of the gateway that is not a 202, in words: what happened, what became of the lead, what to do. */
import { MAX_LEAD_BYTES } from '@leads/contracts';
import { ProblemError } from '@leads/service';

/** How soon a sender may try again when the database does not answer, in seconds. */
const RETRY_AFTER_SECONDS = 10;

export const otherMethod = (): ProblemError =>
  new ProblemError(
    {
      status: 405,
      title: 'Only POST is taken here',
      detail: 'Leads are posted to this address; nothing can be read or changed at it. Nothing was changed.',
    },
    { allow: 'POST' },
  );

/** The same for an address nobody has, a draft and a deleted connection: it must not tell which keys exist. */
export const unknownAddress = (): ProblemError =>
  new ProblemError({
    status: 404,
    title: 'No lead destination here',
    detail:
      'No published offer takes its leads at this address. Nothing was kept. Copy the address from the ' +
      "offer's connection details again, and make sure that the connection is published; then send the lead anew.",
  });

export const otherContentType = (): ProblemError =>
  new ProblemError({
    status: 415,
    title: 'Not sent as JSON',
    detail:
      'The lead was not read and nothing was kept. Send it anew with the content type application/json and ' +
      'without a content encoding.',
  });

export const tooLarge = (): ProblemError =>
  new ProblemError({
    status: 413,
    title: 'Lead too large',
    detail:
      `A lead may have at most ${MAX_LEAD_BYTES / 1024} KiB and this body has more. ` +
      'It was not read to the end and nothing was kept. Shorten its texts and send it anew.',
  });

export const notJson = (): ProblemError =>
  new ProblemError({
    status: 400,
    title: 'Not valid JSON',
    detail:
      'The body is not valid JSON in UTF-8, so no lead could be read from it. Nothing was kept. ' +
      'Mend the body and send it anew.',
  });

export const cutShort = (): ProblemError =>
  new ProblemError({
    status: 400,
    title: 'Body cut short',
    detail: 'The connection ended before the whole body had come. Nothing was kept. Send the lead anew.',
  });

/** @param isKept false where its address has had as much kept within the hour as it may */
export const noLeadRecognised = (isKept: boolean): ProblemError =>
  new ProblemError({
    status: 422,
    title: 'No lead recognised',
    detail:
      'The body is valid JSON, but none of the fields of a lead was found in it. ' +
      (isKept
        ? 'It is kept as it came, for a person to look at, and goes no further by itself. '
        : 'Very many of these have come to this address within the hour, so it is only counted and not kept. ') +
      'Check that userDetails, leadSource and the other fields are named as the marketplace names them.',
  });

export const databaseUnavailable = (): ProblemError =>
  new ProblemError(
    {
      status: 503,
      title: 'Cannot take leads in at the moment',
      detail:
        'The lead could not be stored safely, so it does not count as taken in. Send it anew in a moment: ' +
        'should it have been stored after all, the repeat is recognised and nothing is doubled.',
    },
    { 'retry-after': String(RETRY_AFTER_SECONDS) },
  );

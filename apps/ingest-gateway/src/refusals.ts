/** Every answer of the gateway that is not a 202, in words: what happened, what became of the lead, what to do. */
import { MAX_LEAD_BYTES, type NotUnderstood } from '@leads/contracts';
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
    { allow: 'GET, HEAD, POST' },
  );

/** The same for an address nobody has and one that was given up or whose connection is long gone. */
export const unknownAddress = (): ProblemError =>
  new ProblemError({
    status: 404,
    title: 'No lead destination here',
    detail:
      'No offer takes its leads at this address. Nothing was kept. Copy the address from the ' +
      "offer's connection details again, then send the lead anew.",
  });

export const tooLarge = (): ProblemError =>
  new ProblemError({
    status: 413,
    title: 'Lead too large',
    detail:
      `A lead may have at most ${MAX_LEAD_BYTES / 1024} KiB, also once it is unpacked, and this body has more. ` +
      'It was not read to the end and nothing was kept. Shorten its texts and send it anew.',
  });

export const nothingPosted = (): ProblemError =>
  new ProblemError({
    status: 400,
    title: 'No body',
    detail: 'Nothing was posted, so nothing was kept. Send the lead as the body of the request.',
  });

export const cutShort = (): ProblemError =>
  new ProblemError({
    status: 400,
    title: 'Body cut short',
    detail: 'The connection ended before the whole body had come. Nothing was kept. Send the lead anew.',
  });

/** Of a request between services. */
export const notJson = (): ProblemError =>
  new ProblemError({
    status: 400,
    title: 'No JSON',
    detail: 'The body is no JSON, or is too large. Nothing was changed.',
  });

/** What was wrong with a body from which no lead could be read. */
const NOT_UNDERSTOOD: Record<NotUnderstood, { status: number; title: string; what: string; remedy: string }> =
  {
    'not-readable': {
      status: 400,
      title: 'Not readable',
      what: 'The body is neither valid JSON nor a form, so no lead could be read from it.',
      remedy: 'Mend the body and send it anew.',
    },
    'no-lead': {
      status: 422,
      title: 'No lead recognised',
      what: 'The body could be read, but holds no name and no address of a customer, and nothing else of a lead.',
      remedy:
        'Check that userDetails, leadSource and the other fields are named as the marketplace names them.',
    },
    'too-intricate': {
      status: 422,
      title: 'Too intricate for a lead',
      what: 'The body is nested deeper, or has more values or leads, than is looked through.',
      remedy: 'Send fewer leads at a time, each as the marketplace does.',
    },
    'not-storable': {
      status: 422,
      title: 'Not storable',
      what: 'A lead was recognised, but something in its texts cannot be stored, so no lead of this body was taken in.',
      remedy: 'Take control characters and the like out of its texts and send it anew.',
    },
  };

/** @param isKept false where its address has had as much kept within the hour as it may */
export function notUnderstood(why: NotUnderstood, isKept: boolean): ProblemError {
  const { status, title, what, remedy } = NOT_UNDERSTOOD[why];
  const fate = isKept
    ? 'It is kept as it came, and goes no further by itself: whoever the offer belongs to finds it in the console, ' +
      'under "Posts put aside", and can correct it and make a lead of it there.'
    : 'Very many of these have come to this address within the hour, so it is only counted and not kept.';
  return new ProblemError({ status, title, detail: `${what} ${fate} ${remedy}` });
}

/** Beside leads that were taken in. */
const REST =
  'Something else in this body is not understood as a lead. Do not send again what has a leadId here. ';
export const REST_IS_KEPT = `${REST}The whole body is kept as it came: it is in the console, under "Posts put aside".`;
export const REST_IS_NOT_KEPT = `${REST}It could not be kept: send that part anew, as the marketplace names its fields.`;

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

/** Kafka has been away for so long that what waits for it may not grow any more. */
export const outboxFull = (): ProblemError =>
  new ProblemError(
    {
      status: 503,
      title: 'Cannot take leads in at the moment',
      detail:
        'As many leads as may wait here wait to be passed on. This one does not count as taken in; nothing of it was kept. ' +
        'Send it anew in a while.',
    },
    { 'retry-after': String(RETRY_AFTER_SECONDS) },
  );

/** @param seconds until another post is taken */
export const tooManyPosts = (seconds: number): ProblemError =>
  new ProblemError(
    {
      status: 429,
      title: 'Too many leads at once',
      detail:
        'More leads came to this address in a short time than may. This one does not count as taken in. ' +
        `Send it anew in ${seconds} s.`,
    },
    { 'retry-after': String(seconds) },
  );

/** For a source of too many requests between services that nobody known has signed. */
export const tooManyUnsigned = (seconds: number): ProblemError =>
  new ProblemError(
    {
      status: 429,
      title: 'Too many unsigned requests',
      detail:
        'Too many requests came from here that no known service has signed. Nothing was changed. ' +
        `Look at the keys of both services, and send it anew in ${seconds} s.`,
    },
    { 'retry-after': String(seconds) },
  );

/** For a source that has asked for too many addresses that nobody has; known addresses still work for it. */
export const tooManyGuesses = (seconds: number): ProblemError =>
  new ProblemError(
    {
      status: 429,
      title: 'Too many unknown addresses',
      detail:
        'Too many requests came from here to addresses that no offer has. Nothing was kept. ' +
        `Copy the address from the offer's connection details again, and send the lead anew in ${seconds} s.`,
    },
    { 'retry-after': String(seconds) },
  );

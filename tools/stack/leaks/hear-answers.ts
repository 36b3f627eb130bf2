/** What services answer over HTTP to this very process, whoever in it asks. */

export interface HeardAnswers {
  /** Every answer so far, with its headers. */
  text(): string;
  /** Puts things back as they were. */
  stop(): void;
}

/** A stream of events has no end to wait for. */
const ENDLESS = 'text/event-stream';

/** Listens to `fetch`. @param origins of the services, as they are at the time of an answer */
export function hearAnswers(origins: () => readonly string[]): HeardAnswers {
  const heard: string[] = [];
  const send = globalThis.fetch;
  const listening: typeof fetch = async (asked, options) => {
    const answer = await send(asked, options);
    const isServices = answer.url !== '' && origins().includes(new URL(answer.url).origin);
    if (isServices) heard.push(JSON.stringify([...answer.headers]));
    if (isServices && answer.headers.get('content-type')?.startsWith(ENDLESS) !== true) {
      heard.push(await answer.clone().text());
    }
    return answer;
  };
  globalThis.fetch = listening;
  return {
    text: () => heard.join('\n'),
    stop: () => {
      if (globalThis.fetch === listening) globalThis.fetch = send;
    },
  };
}

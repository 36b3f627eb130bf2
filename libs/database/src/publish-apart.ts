/** Publishes events together, and apart where one of them is refused, so that the others do not suffer for it. */

/** What became of the events; those in neither list were not tried, or may be tried again. */
export interface Published<Event> {
  published: Event[];
  refused: (Event & { reason: string })[];
  /** What ended it early, where trying again may do. */
  failure?: unknown;
}

/**
 * Publishes all events in one go. Where that is refused for good, each half goes by itself, and so on down to the
 * events that are to blame. Order is kept but for what was published before a refusal, which comes again.
 * @param refusalOf why an error is for good; nothing where trying again may do
 */
export async function publishApart<Event>(
  events: readonly Event[],
  publish: (events: Event[]) => Promise<void>,
  refusalOf: (error: unknown) => string | undefined,
): Promise<Published<Event>> {
  try {
    await publish([...events]);
    return { published: [...events], refused: [] };
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) return { published: [], refused: [], failure: error };
    const [only] = events;
    if (only !== undefined && events.length === 1) {
      return { published: [], refused: [{ ...only, reason }] };
    }
    const middle = Math.ceil(events.length / 2);
    const first = await publishApart(events.slice(0, middle), publish, refusalOf);
    if (first.failure !== undefined) return first;
    const second = await publishApart(events.slice(middle), publish, refusalOf);
    return {
      published: [...first.published, ...second.published],
      refused: [...first.refused, ...second.refused],
      ...('failure' in second && { failure: second.failure }),
    };
  }
}

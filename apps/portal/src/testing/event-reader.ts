/** A client of server-sent events that tells what it has received, and can be cut off. */

export interface ReceivedEvent {
  event: string;
  id: number;
  data: unknown;
}

export class EventReader {
  readonly events: ReceivedEvent[] = [];
  /** What a reconnect sends; `NaN` before there is one. */
  lastId = NaN;
  readonly ended: Promise<void>;
  private unread = '';

  private constructor(
    private readonly response: Response,
    private readonly cutting: AbortController,
  ) {
    this.ended = this.read();
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const cutting = new AbortController();
    const response = await fetch(url, { headers, signal: cutting.signal });
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    return new EventReader(response, cutting);
  }

  get headers(): Headers {
    return this.response.headers;
  }

  /** The ids of leads that it was told of, in order. */
  get leads(): string[] {
    return this.events
      .filter(({ event }) => event === 'lead')
      .map(({ data }) => (data as { leadId: string }).leadId);
  }

  get ids(): number[] {
    return this.events.map(({ id }) => id);
  }

  cut(): void {
    this.cutting.abort();
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of (this.response.body ?? []) as AsyncIterable<Uint8Array>) {
        if (this.cutting.signal.aborted) return;
        this.unread += decoder.decode(chunk, { stream: true });
        const blocks = this.unread.split('\n\n');
        // What is cut off in its middle was not received.
        this.unread = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch (error) {
      if (!this.cutting.signal.aborted) throw error;
    }
  }

  private take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
      }),
    );
    const id = fields.get('id');
    if (id !== undefined) this.lastId = Number(id);
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({ event: fields.get('event') ?? 'message', id: this.lastId, data: JSON.parse(data) });
  }
}

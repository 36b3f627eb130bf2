/** The service that writes leads, over HTTP: it alone knows what an organisation takes. */
import { MappingPreview, type MappingPreviewRequest } from '@leads/contracts';
import { fetchSigned, isForClocks, type Logger, type SignedFetchOptions } from '@leads/service';

export interface WriterOptions {
  /** Any of its instances, or all behind one address. */
  asked: SignedFetchOptions;
  log: Pick<Logger, 'warn'>;
}

/** What it answered; `unknown`: it knows the connection as deleted; `silent`: there is no answer to go by, and why. */
export type Previewed =
  { kind: 'previewed'; preview: MappingPreview } | { kind: 'unknown' } | { kind: 'silent'; why: string };

/** How much longer than it was told to take is waited for it, in milliseconds. */
const GRACE_MS = 1_000;

export class Writer {
  constructor(private readonly options: WriterOptions) {}

  /** Has a mapping tried on a lead; whatever goes wrong is an answer and never an exception. */
  async preview(connectionId: string, request: MappingPreviewRequest): Promise<Previewed> {
    const { asked, log } = this.options;
    try {
      const path = `/connections/${connectionId}/mapping-preview`;
      const timeoutMs = request.withinMs + GRACE_MS;
      const response = await fetchSigned({ method: 'POST', path, body: request, timeoutMs }, asked);
      const text = await response.text();
      if (response.status === 404) return { kind: 'unknown' };
      if (response.status === 401) {
        const isClock = isForClocks(response);
        log.warn({ connectionId, isClock }, 'the Dynamics writer does not accept a request of this service');
        return { kind: 'silent', why: isClock ? CLOCKS_DIFFER : NOT_LET_IN };
      }
      const preview = MappingPreview.safeParse(parseJson(text));
      if (response.status === 200 && preview.success) return { kind: 'previewed', preview: preview.data };
      log.warn({ connectionId, status: response.status }, 'the Dynamics writer answered without a preview');
      return { kind: 'silent', why: 'The Dynamics writer answered in a way that is not known here.' };
    } catch (error) {
      log.warn({ error, connectionId }, 'the Dynamics writer could not be asked for a preview');
      return { kind: 'silent', why: 'The Dynamics writer does not answer.' };
    }
  }
}

const NOT_LET_IN =
  'The Dynamics writer refuses this service: the public half of its SERVICE_SIGNING_KEY_FILE has to stand in the SERVICE_KEYS_FILE of the writer. Tell the operators.';
const CLOCKS_DIFFER =
  'The Dynamics writer refuses this service because their clocks differ by more than a minute. Tell the operators: the clocks of both machines have to be set.';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy on the way answers in HTML.
    return undefined;
  }
}

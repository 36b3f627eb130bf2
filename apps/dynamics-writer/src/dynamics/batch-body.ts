/** The multipart bodies of a Web API `$batch`: many requests out, as many answers back (RFC 2046, OData 4.0 part 1, 11.7). */

/** One answer inside a batch. */
export interface BatchPart {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

const CRLF = '\r\n';

/**
 * A batch of creates, outside any change set, so that each row stands for itself.
 * @param boundary unique to this body; made by the caller
 * @param path of the collection, e.g. `/api/data/v9.2/leads`
 */
export function writeBatch(boundary: string, path: string, rows: readonly object[]): string {
  return batchOf(
    boundary,
    rows.map((row) => [
      `POST ${path} HTTP/1.1`,
      'Content-Type: application/json; type=entry',
      '',
      JSON.stringify(row),
    ]),
  );
}

/** A batch of questions. @param paths e.g. `/api/data/v9.2/leads(<id>)` */
export function writeQuestions(boundary: string, paths: readonly string[]): string {
  return batchOf(
    boundary,
    paths.map((path) => [`GET ${path} HTTP/1.1`, 'Accept: application/json', '', '']),
  );
}

function batchOf(boundary: string, requests: readonly string[][]): string {
  const parts = requests.map((lines) =>
    [
      `--${boundary}`,
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      ...lines,
    ].join(CRLF),
  );
  return `${parts.join(CRLF)}${CRLF}--${boundary}--${CRLF}`;
}

/**
 * The answers of a batch, in order. What is cut off or makes no sense ends the list: the rest got no clear answer.
 * @param contentType the answer's header, which names its boundary
 */
export function readBatch(contentType: string, body: string): BatchPart[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]?.trim();
  if (!boundary) return [];
  const sections = `\n${body.replaceAll('\r\n', '\n')}`.split(`\n--${boundary}`).slice(1);
  const parts: BatchPart[] = [];
  for (const [index, section] of sections.entries()) {
    if (section.startsWith('--')) break;
    // A section that no delimiter follows was cut off on the way.
    if (index === sections.length - 1) break;
    const part = readPart(section);
    if (!part) break;
    parts.push(part);
  }
  return parts;
}

/** MIME headers, an empty line, a status line, headers, an empty line, a body. */
function readPart(section: string): BatchPart | undefined {
  const mime = section.indexOf('\n\n');
  if (mime < 0) return undefined;
  const http = section.slice(mime + 2);
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(http)?.[1];
  if (!status) return undefined;
  const end = http.indexOf('\n\n');
  const head = end < 0 ? http : http.slice(0, end);
  const headers = head
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : [];
    });
  return {
    status: Number(status),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: end < 0 ? '' : http.slice(end + 2).trim(),
  };
}

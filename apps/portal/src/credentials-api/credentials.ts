/** The service that keeps connections, over HTTP. */
import { z } from 'zod';
import {
  AskedService,
  type AskedServiceOptions,
  notUnderstood,
  type ServiceWords,
} from '../service-api/asked-service.ts';

const Connections = z.object({
  connections: z.array(z.object({ publisher: z.object({ id: z.string() }) })),
});

const WORDS: ServiceWords = {
  name: 'credentials',
  what: 'The service that keeps connections',
  away: 'Connections cannot be reached now',
};

export class Credentials extends AskedService {
  constructor(options: AskedServiceOptions) {
    super(options, WORDS);
  }

  /** Whether there is a connection of this publisher, however its id is spelled. */
  async hasConnectionsOf(publisherId: string): Promise<boolean> {
    const query = new URLSearchParams({ publisherId, limit: '1' });
    const path = `/api/connections?${query.toString()}`;
    const { status, body } = await this.send({ method: 'GET', path, actor: 'portal' });
    const read = Connections.safeParse(body);
    if (status !== 200 || !read.success) throw notUnderstood(WORDS);
    return read.data.connections.length > 0;
  }
}

/** The service that takes leads in, over HTTP: what it keeps aside, and makes of that. */
import type { z } from 'zod';
import {
  AskedService,
  type AskedServiceOptions,
  notUnderstood,
  type ServiceWords,
} from '../service-api/asked-service.ts';

const WORDS: ServiceWords = {
  name: 'ingest-gateway',
  what: 'The service that takes leads in',
  away: 'What was put aside cannot be reached now',
};

export class Gateway extends AskedService {
  constructor(options: AskedServiceOptions) {
    super(options, WORDS);
  }

  /** Has it do something. @throws ProblemError as it answered */
  async act<Answer>(actor: string, path: string, sent: unknown, answer: z.ZodType<Answer>): Promise<Answer> {
    const { body } = await this.ask({ method: 'POST', path, actor, body: sent });
    const read = answer.safeParse(body);
    if (!read.success) throw notUnderstood(WORDS);
    return read.data;
  }

  /** Reads something; `undefined` where there is none. @throws ProblemError where it does not answer as known */
  async read<Answer>(actor: string, path: string, answer: z.ZodType<Answer>): Promise<Answer | undefined> {
    const { status, body } = await this.send({ method: 'GET', path, actor });
    if (status === 404) return undefined;
    const read = answer.safeParse(body);
    if (status !== 200 || !read.success) throw notUnderstood(WORDS);
    return read.data;
  }
}

/** Takes token requests in: the work waits for Entra ID, so the Kafka handler only hands it on. */
import { type BeforeApplicationShutdown, Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { issueToken, type IssueTokenOptions } from '../issue-token.ts';
import { BoundedWork } from './bounded-work.ts';

export const ISSUE_TOKEN_OPTIONS = Symbol('issue token options');

/** Requests under way at once; each may wait for Entra ID. */
const CONCURRENCY = 128;
/** Requests that wait. Those beyond are dropped: who asked asks again. */
const CAPACITY = 10_000;

@Controller()
export class TokenRequestsController implements BeforeApplicationShutdown {
  private readonly work: BoundedWork;

  constructor(@Inject(ISSUE_TOKEN_OPTIONS) private readonly options: IssueTokenOptions) {
    this.work = new BoundedWork({
      concurrency: CONCURRENCY,
      capacity: CAPACITY,
      onError: (error) =>
        options.log.error({ error }, 'a token request was not answered; who asked asks again'),
    });
  }

  @OnTopic(topics.tokensRequested)
  take(records: Received<typeof topics.tokensRequested>[]): Promise<void> {
    const taken = records.filter(({ value }) =>
      this.work.offer(() => issueToken(value.request, this.options)),
    );
    if (taken.length < records.length) {
      const dropped = records.length - taken.length;
      this.options.log.warn(
        { dropped },
        'token requests were dropped: more wait than can be answered in time',
      );
    }
    return Promise.resolve();
  }

  /** What is under way still needs the database and the publisher, which are closed after this. */
  beforeApplicationShutdown(): Promise<void> {
    return this.work.idle();
  }
}

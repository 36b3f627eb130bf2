/** Sealed tokens come in: every instance reads the topic and opens only what it asked for. */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { LOG, type Logger } from '@leads/service';
import { Tokens } from './tokens.ts';

@Controller()
export class ReceiveTokens {
  constructor(
    private readonly tokens: Tokens,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** An answer that cannot be opened is as good as none: it is logged, and the request is made anew. */
  @OnTopic(topics.tokensIssued, { delivery: 'every-instance' })
  async receive(records: Received<typeof topics.tokensIssued>[]): Promise<void> {
    for (const { value } of records) {
      await this.tokens.receive(value.requestId, value.sealed).catch((error: unknown) => {
        this.log.warn({ error, requestId: value.requestId }, 'a token answer could not be opened');
      });
    }
  }
}

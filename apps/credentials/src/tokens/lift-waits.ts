/** A person saved a connection or validates it, through whichever instance: until when this one waits to ask Entra ID for its application or user counts no more. */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { VALIDATE } from '@leads/contracts/validation';
import { OnTopic, type Received } from '@leads/kafka';
import { AccessTokens } from './access-tokens.ts';

@Controller()
export class LiftWaits {
  constructor(private readonly accessTokens: AccessTokens) {}

  @OnTopic(topics.connections, { delivery: 'every-instance' })
  saved(records: Received<typeof topics.connections>[]): Promise<void> {
    for (const { value } of records) this.accessTokens.lift(value.connectionId, value.identityHash);
    return Promise.resolve();
  }

  @OnTopic(topics.validations, { delivery: 'every-instance' })
  async validated(records: Received<typeof topics.validations>[]): Promise<void> {
    const begun = records.filter(
      ({ value: { check, status } }) => check === VALIDATE && status === 'started',
    );
    for (const { value } of begun) await this.accessTokens.liftAllOf(value.connectionId);
  }
}

/**
 * What a contact says by the link in a mail, without signing in: the token proves that whoever sends it has read the
 * mail. Programs that look into mails open links, so reading changes nothing; only the answer does.
 */
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { ContactAnswer, ContactAsked, ContactLink } from '@leads/contracts/portal-api';
import { addToOutbox, DatabaseClock, OutboxRelay } from '@leads/database';
import { Answers, CheckedBody, ProblemError, readContactLink, SETTINGS } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { Kysely } from 'kysely';
import { Audited } from '../access/audited.ts';
import { AllowAnybody } from '../access/viewer.ts';
import type { Settings } from '../config.ts';
import type { PortalTables } from '../tables.ts';
import { AnswerRates } from './answer-rates.ts';

@Controller('api/contact-confirmation')
@AllowAnybody()
export class ContactConfirmationController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly relay: OutboxRelay<PortalTables>,
    private readonly clock: DatabaseClock,
    private readonly rates: AnswerRates,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post('read')
  @HttpCode(200)
  @Audited('read what a contact is asked')
  @Answers('What the link of a mail asks; changes nothing.', ContactAsked)
  async read(@CheckedBody(ContactLink, unusable) { token }: ContactLink): Promise<ContactAsked> {
    const { question, expiresAt } = await this.understand(token);
    const { address, publisher } = question;
    return { address, publisher: publisher.name || publisher.id, expiresAt: expiresAt.toISOString() };
  }

  @Post()
  @HttpCode(204)
  @Audited('answered as a contact')
  @Answers('Whether mails about leads may come to the address that the link was sent to.', 'nothing')
  async answer(
    @CheckedBody(ContactAnswer, unusable) { token, answer }: ContactAnswer,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { contactId } = (await this.understand(token)).question;
    const known = await this.database
      .selectFrom('contacts')
      .select('state')
      .where('contact_id', '=', contactId)
      .executeTakeFirst();
    if (known?.state === answer) return;
    await this.rates.answers(request);
    const at = this.clock.date().toISOString();
    await this.database
      .transaction()
      .execute((transaction) =>
        addToOutbox(transaction, topics.contactsAnswered, [{ contactId, answer, at }]),
      );
    this.relay.wake();
  }

  private async understand(token: string) {
    const now = this.clock.date().getTime();
    const read = await readContactLink(token, { keys: this.settings.SERVICE_KEYS_FILE, now });
    if (read.kind === 'expired') throw expired();
    if (read.kind === 'refused') throw unusable();
    return read;
  }
}

function unusable(): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'This link cannot be used',
    detail:
      'It is not as it was sent. Nothing was changed. Open the link in the mail itself, or copy all of it.',
  });
}

function expired(): ProblemError {
  return new ProblemError({
    status: 410,
    title: 'This link is too old',
    detail:
      'It was good for 14 days. Nothing was changed: no mails about leads come to this address. If you want them, ask the publisher to save the connection details of the offer again; you get a new link then.',
  });
}

/** The room of contacts: what they answer by the link in a mail. */
import { Module } from '@nestjs/common';
import { AnswerRates } from './answer-rates.ts';
import { ContactConfirmationController } from './contact-confirmation.controller.ts';

@Module({ controllers: [ContactConfirmationController], providers: [AnswerRates] })
export class ContactsModule {}

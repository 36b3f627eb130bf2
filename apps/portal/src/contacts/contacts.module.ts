/** The room of contacts: what they answer by the link in a mail. */
import { Module } from '@nestjs/common';
import { ContactConfirmationController } from './contact-confirmation.controller.ts';

@Module({ controllers: [ContactConfirmationController] })
export class ContactsModule {}

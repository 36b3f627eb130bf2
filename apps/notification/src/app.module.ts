/** Notification: tells a connection's contacts of each lead that was written and of each incident, by e-mail. */
import { Module } from '@nestjs/common';
import { ServiceModule, SETTINGS } from '@leads/service';
import { settings } from './config.ts';
import { ConfirmContacts } from './confirm-contacts.ts';
import { FollowConnections } from './follow-connections.ts';
import { mailServerOf } from './smtp/configure-mail-server.ts';
import { MAIL_SERVER } from './smtp/mail-server.ts';
import { NotifyContacts } from './notify-contacts.ts';
import { mailServerCheck } from './mails/mail-trouble.ts';
import { notificationAges } from './retention.ts';
import { SendMails } from './send-mails.ts';
import { WarnContacts } from './warn-contacts.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'notification',
      schema: 'notification',
      settings,
      consumes: ['once-per-service', 'every-instance'],
      alsoChecked: [mailServerCheck],
      ages: notificationAges,
    }),
  ],
  controllers: [ConfirmContacts, FollowConnections, NotifyContacts, WarnContacts],
  providers: [
    {
      provide: MAIL_SERVER,
      inject: [SETTINGS],
      useFactory: mailServerOf,
    },
    SendMails,
  ],
})
export class AppModule {}

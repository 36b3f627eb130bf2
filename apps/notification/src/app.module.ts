/** Notification: tells a connection's contacts of each lead that was written and of each alert, by e-mail. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { config } from './config.ts';
import { FollowConnections } from './follow-connections.ts';
import { MAIL_SERVER, openMailServer } from './mail-server.ts';
import { NotifyContacts } from './notify-contacts.ts';
import { PruneMails } from './prune-mails.ts';
import { LINK_BASE, SendMails } from './send-mails.ts';
import { WarnContacts } from './warn-contacts.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'notification',
      schema: 'notification',
      settings: config,
      consumes: ['once-per-service'],
    }),
  ],
  controllers: [FollowConnections, NotifyContacts, WarnContacts],
  providers: [
    { provide: MAIL_SERVER, useFactory: () => openMailServer(config.SMTP_URL, config.MAIL_FROM) },
    { provide: LINK_BASE, useValue: config.DYNAMICS_LINK_BASE },
    SendMails,
    PruneMails,
  ],
})
export class AppModule {}

-- Mails are about incidents now, which are made of the alerts: one that has not gone out says what its incident will
-- say. A notification of the version before cannot compose the new ones: they wait until it is replaced.
delete from mails where kind = 'alert' and state in ('unaddressed', 'due');
alter table mails drop constraint mails_kind_check;
alter table mails add constraint mails_kind_check check (kind in ('lead-written', 'alert', 'incident'));
comment on column mails.about_id is 'The id of the lead or of the alert; of an incident, made of it, its transition and the contact.';

-- Transitions of incidents, until their contacts have their mails.
create table incident_news (
  incident_id uuid not null,
  version int not null,
  transition text not null,
  -- An `Incident` as JSON text: jsonb refuses what text keeps.
  event text not null,
  due_at timestamptz not null,
  received_at timestamptz not null default now(),
  primary key (incident_id, version)
);
create index incident_news_due on incident_news (due_at);

-- Mails are about alerts as well as leads. A notification of the version before does not know the new names: its
-- mails wait until it is replaced.
alter table mails rename column lead_id to about_id;
alter table mails rename column outcome to event;
comment on column mails.about_id is 'The id of the lead or of the alert.';
comment on column mails.event is 'A `LeadWritten` or an `Alert` as JSON text: jsonb refuses what text keeps.';
alter table mails drop constraint mails_kind_check;
alter table mails add constraint mails_kind_check check (kind in ('lead-written', 'alert'));

-- The organisation's origin; null until a connection that was known before is saved anew.
alter table connections add column organization text;

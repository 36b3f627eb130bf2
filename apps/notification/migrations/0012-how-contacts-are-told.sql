-- How much of a customer mails show, in which language and time zone; null where the connection does not say.
alter table connections add column notifications jsonb;

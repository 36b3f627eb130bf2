-- Mails that nobody could be sent go when they are old.
create index mails_unsettled on mails (created_at) where settled_at is null;
create index incident_news_by_age on incident_news (received_at);

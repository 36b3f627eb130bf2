-- What the mail server said of each refused address: one that was refused in an earlier attempt is told of too.
alter table mails add column refusals jsonb not null default '{}';

-- Settled mails are removed in the order in which they were settled.
create index mails_settled on mails (settled_at) where settled_at is not null;

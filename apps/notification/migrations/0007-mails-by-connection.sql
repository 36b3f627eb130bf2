-- Of each connection the mail that has been due longest, whatever waits for the others.
create index mails_due_by_connection on mails (connection_id, due_at) where state = 'due';
drop index mails_due;

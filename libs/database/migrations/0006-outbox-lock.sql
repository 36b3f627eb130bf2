-- Who holds its one row moves the events of compacted topics, one relay at a time. Unlike an advisory lock, it can be
-- held by nobody who works under another service's role.
create table outbox_lock (turn int primary key default 1 check (turn = 1));
insert into outbox_lock default values;

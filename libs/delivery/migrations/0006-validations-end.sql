-- When the writer itself came to know of a Validate: it waits for the event of a connection that it does not know yet.
alter table validations add column seen_at timestamptz not null default now();
-- How often it was begun: one that breaks off again and again is given up.
alter table validations add column begun int not null default 0;

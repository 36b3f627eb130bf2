-- An earlier attempt may have reached the destination: the record is looked up before the lead is sent again.
alter table deliveries add column unclear boolean not null default false;
-- Refusals that count against the lead itself, and what makes the last of them the same as another.
alter table deliveries add column strikes int not null default 0;
alter table deliveries add column signature text;

-- The cause that a lead was refused for, from the first refusal that counts against it until it is written: what kind of lead it is.
alter table deliveries add column refused_for text;
drop index deliveries_dead;
create index deliveries_dead on deliveries (connection_id, refused_for) where state = 'dead';
-- The causes that leads die of and that were told, as JSON.
alter table lanes add column refused text;
-- Since when the destination works for nobody, once that was told.
alter table lanes add column away_since timestamptz;

-- Since when the oldest lead of a connection has waited, in one look: it is asked every few seconds.
create index deliveries_oldest on deliveries (connection_id, accepted_at) where state = 'pending' and not is_test;

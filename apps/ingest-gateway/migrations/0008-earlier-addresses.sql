-- Addresses that were replaced and still work for a while: their hashes, and until when each does, in the same order.
alter table connections
  add column earlier_hashes text[],
  add column earlier_until timestamptz[];
create index connections_earlier_hashes on connections using gin (earlier_hashes);

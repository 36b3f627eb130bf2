-- A publisher's connections are found without looking at everybody's.
create index connections_of_publisher on connections (lower(facts->'publisher'->>'id'), id)
  where address_key_hash is not null;

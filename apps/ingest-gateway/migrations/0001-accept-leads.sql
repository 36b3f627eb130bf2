-- What the gateway knows of each connection: enough to recognise an address key, not to make one.
create table connections (
  connection_id uuid primary key,
  version int not null,
  state text not null,
  address_key_hash text not null
);
create index connections_address_key_hash on connections (address_key_hash);

-- The leads of the dedupe window: a repeat of one finds its row and is folded into it.
create table accepted (
  connection_id uuid not null,
  fingerprint bytea not null,
  lead_id uuid not null,
  received_at timestamptz not null,
  repeats int not null default 0,
  primary key (connection_id, fingerprint)
);
create index accepted_received_at on accepted (received_at);

-- Bodies that came to a known address and hold no lead that the gateway recognises, byte for byte.
create table quarantine (
  connection_id uuid not null,
  body_hash bytea not null,
  body bytea not null,
  received_at timestamptz not null,
  repeats int not null default 0,
  primary key (connection_id, body_hash)
);

create table connections (
  id uuid primary key,
  version int not null check (version > 0),
  -- What may be known of the connection; what opens it is in secrets.
  facts jsonb not null,
  -- Unique, and null once deleted: an address that was given away is never taken by another connection.
  address_key_hash text unique check (address_key_hash ~ '^[0-9a-f]{64}$'),
  changed_at timestamptz not null,
  changed_by text not null
);

create table connection_versions (
  connection_id uuid not null references connections (id),
  version int not null,
  facts jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null,
  change text not null,
  primary key (connection_id, version)
);

create table secrets (
  connection_id uuid not null references connections (id),
  purpose text not null,
  version int not null check (version > 0),
  -- Format byte, initialisation vector, ciphertext and tag of AES-256-GCM.
  sealed bytea not null,
  -- The data key of this one secret, wrapped by the master key that is named beside it.
  wrapped_key bytea not null,
  master_key_id text not null,
  set_at timestamptz not null,
  primary key (connection_id, purpose, version)
);
create index secrets_by_master_key on secrets (master_key_id);

create table master_keys (
  id text primary key,
  -- A known text wrapped by the key: tells the right key from a wrong one before anything is served.
  key_check bytea not null,
  created_at timestamptz not null default now()
);

-- Request ids of tokens asked for, remembered until the request would have expired anyway.
create table used_token_requests (
  jti uuid primary key,
  expires_at timestamptz not null
);
create index used_token_requests_by_expiry on used_token_requests (expires_at);

-- What Entra refused for good: the same credential is not tried again before ask_again_at (null: never).
create table refusals (
  connection_id uuid primary key references connections (id),
  credential text not null,
  cause text not null,
  what text not null,
  remedy text not null,
  refused_at timestamptz not null,
  ask_again_at timestamptz
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  who text not null,
  what text not null,
  connection_id uuid,
  details jsonb not null default '{}'
);
create index audit_by_connection on audit (connection_id, id);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();

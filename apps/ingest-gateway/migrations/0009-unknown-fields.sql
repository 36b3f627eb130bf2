-- Fields of posted bodies that the marketplace has not published: by their names alone, and what kind of value they hold.
create table unknown_fields (
  connection_id uuid not null,
  name text not null,
  kind text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (connection_id, name)
);
create index unknown_fields_by_age on unknown_fields (last_at);

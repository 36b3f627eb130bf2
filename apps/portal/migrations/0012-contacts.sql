-- Domains whose addresses count as a publisher's own; operators set them.
alter table publishers add column domains text[] not null default '{}';

-- How each address stands at each publisher, as notification tells it.
create table contacts (
  contact_id uuid primary key,
  version int not null,
  publisher_id text not null,
  -- In lower case.
  address text not null,
  state text not null,
  since timestamptz not null,
  asked_at timestamptz
);
create index contacts_of_publisher on contacts (publisher_id, address);

-- Contacts outside their publisher's own domains confirm before they get mails with customers' data.
alter table connections add column publisher_id text;
alter table connections add column publisher_name text;
-- What is told of a connection next, the same version too (npm run publish-again), tells its publisher.
update connections set version = 0;
-- Whose contacts they are: the publisher's, or the connection's own while its publisher was not told.
alter table connections add column contacts_of text not null
  generated always as (coalesce(publisher_id, connection_id::text)) stored;
create index connections_contacts_of on connections (contacts_of);

-- The domains that operators have set as a publisher's own.
create table publishers (
  publisher_id text primary key,
  domains text[] not null,
  at timestamptz not null
);

-- How each address stands at each publisher.
create table contacts (
  contact_id uuid primary key default gen_random_uuid(),
  contacts_of text not null,
  -- In lower case.
  address text not null,
  is_own boolean not null default false,
  answer text check (answer in ('confirmed', 'declined')),
  answered_at timestamptz,
  state text not null default 'waiting' check (state in ('own-domain', 'confirmed', 'waiting', 'declined')),
  since timestamptz not null default now(),
  -- When it is to be asked; null where it is not.
  ask_at timestamptz,
  asked_at timestamptz,
  -- Since when no contact list has it; null while one does.
  unlisted_at timestamptz,
  version int not null default 1,
  told_version int not null default 0,
  unique (contacts_of, address)
);
create index contacts_to_ask on contacts (ask_at) where ask_at is not null;
create index contacts_to_tell on contacts (contact_id) where version > told_version;
create index contacts_unlisted on contacts (unlisted_at) where unlisted_at is not null;

-- The state follows from the rest, and each change that is told has a number.
create function note_contact() returns trigger language plpgsql as $$
begin
  new.state := case when new.answer = 'declined' then 'declined' when new.is_own then 'own-domain'
                    when new.answer = 'confirmed' then 'confirmed' else 'waiting' end;
  if tg_op = 'UPDATE' then
    if new.state <> old.state then new.since := now(); end if;
    -- One that a list has again is told of once more: who was told may have forgotten it.
    if (new.state, new.contacts_of, new.asked_at) is distinct from (old.state, old.contacts_of, old.asked_at)
       or (old.unlisted_at is not null and new.unlisted_at is null) then
      new.version := old.version + 1;
    end if;
  end if;
  return new;
end $$;
create trigger noted before insert or update on contacts for each row execute function note_contact();

-- Whom a connection's mails have reached goes on getting them.
with reached as (
  select distinct connection_id, lower(address) as address from mails, unnest(delivered) as address
)
insert into contacts (contacts_of, address, answer, answered_at)
select distinct connections.contacts_of, lower(listed), case when reached.address is not null then 'confirmed' end,
       case when reached.address is not null then now() end
from connections cross join unnest(contact_emails) as listed
left join reached on reached.connection_id = connections.connection_id and reached.address = lower(listed);

-- A mail that waits for one contact to confirm is a row of its own; due_at is when it ends then.
alter table mails add column contact_id uuid;
comment on column mails.contact_id is 'Of a mail to one contact that waits or waited for them, or asks them.';
-- Contacts of the same occasion whom this row's mail does not go to, and why.
alter table mails add column waiting text[] not null default '{}';
alter table mails add column declined text[] not null default '{}';
alter table mails drop constraint mails_kind_check;
alter table mails add constraint mails_kind_check
  check (kind in ('lead-written', 'alert', 'incident', 'contact-request'));
alter table mails drop constraint mails_state_check;
alter table mails add constraint mails_state_check
  check (state in ('unaddressed', 'due', 'held', 'sent', 'no-contacts', 'refused'));
create index mails_held on mails (contact_id) where state = 'held';
create index mails_held_until on mails (due_at) where state = 'held';
create index mails_asking on mails (contact_id) where kind = 'contact-request' and state = 'due';

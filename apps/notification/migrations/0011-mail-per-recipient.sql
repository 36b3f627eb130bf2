-- One mail a recipient: a row is unique by what it is about, its kind and whom it is to. Notification of the version
-- before cannot work with these tables: its mails wait until it is replaced.
create table mails_before as table mails;
truncate mails;
alter table mails drop constraint mails_pkey;
alter table mails
  drop column contacts, drop column delivered, drop column waiting, drop column declined, drop column refused,
  drop column refusals,
  -- Empty of an occasion that is to nobody (yet): its connection is not known, or has no contacts.
  add column recipient text not null default '',
  -- The domain that it is at, so that a slow server delays its own mails alone.
  add column recipient_domain text not null generated always as (lower(substring(recipient from '[^@]*$'))) stored,
  -- Why it was refused, in words for people.
  add column reason text,
  -- Since when the server refuses this recipient, for whatever reason of theirs.
  add column refused_since timestamptz,
  add primary key (kind, about_id, recipient);

-- What waited for a contact had an id of its own: it is about its lead.
update mails_before set about_id = (event::json->>'leadId')::uuid
where kind = 'lead-written' and contact_id is not null;

insert into mails (kind, about_id, connection_id, event, recipient, state, reason, attempts, due_at, last_failure,
                   created_at, settled_at, contact_id)
select kind, about_id, connection_id, event, to_whom.recipient, to_whom.state, to_whom.reason, attempts, due_at,
       last_failure, created_at,
       case when to_whom.state in ('sent', 'refused') then coalesce(settled_at, now()) end, contact_id
from mails_before cross join lateral (
  select contact as recipient,
         case when contact = any(delivered) then 'sent' when contact = any(refused) then 'refused'
              else mails_before.state end as state,
         refusals->>contact as reason
  from unnest(contacts) as contact
  union all
  select contact, 'refused', 'They have said that they want no mails about leads of this publisher.'
  from unnest(declined) as contact
) as to_whom
on conflict do nothing;
insert into mails (kind, about_id, connection_id, event, state, created_at, settled_at)
select kind, about_id, connection_id, event, state, created_at, settled_at
from mails_before where contacts = '{}' and state in ('unaddressed', 'no-contacts')
on conflict do nothing;
drop table mails_before;

create index mails_due_by_recipient on mails (connection_id, recipient_domain, due_at) where state = 'due';
drop index mails_due_by_connection;

-- What stands in the way of all mails.
alter table mail_server add column cause text, add column remedy text;

-- An address that the mail server says does not exist. Once it has said so again an hour later, none goes there
-- until somebody saves a contact list with it.
alter table contacts
  add column bounced_at timestamptz,
  add column bounce_reason text,
  add column struck_off boolean not null default false;
create or replace function note_contact() returns trigger language plpgsql as $$
begin
  new.state := case when new.answer = 'declined' then 'declined' when new.is_own then 'own-domain'
                    when new.answer = 'confirmed' then 'confirmed' else 'waiting' end;
  if tg_op = 'UPDATE' then
    if new.state <> old.state then new.since := now(); end if;
    -- One that a list has again is told of once more: who was told may have forgotten it.
    if (new.state, new.contacts_of, new.asked_at, new.bounced_at, new.struck_off)
         is distinct from (old.state, old.contacts_of, old.asked_at, old.bounced_at, old.struck_off)
       or (old.unlisted_at is not null and new.unlisted_at is null) then
      new.version := old.version + 1;
    end if;
  end if;
  return new;
end $$;

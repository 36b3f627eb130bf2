-- What an organisation said of itself to whom, when last asked: one reading for all connections that sign in alike.
create table readings (
  organization text not null,
  -- Who signs in, as a hash; the connection's id where that is not known.
  identity text not null,
  -- As JSON; null until there was an answer.
  reading text,
  read_at timestamptz,
  asked_at timestamptz not null,
  -- From when on whoever needs it asks again.
  again_at timestamptz not null,
  primary key (organization, identity)
);
insert into readings (organization, identity, reading, read_at, asked_at, again_at)
select distinct on (url, coalesce(identity_hash, connection_id::text)) url, coalesce(identity_hash, connection_id::text),
       reading, coalesce(read_at, now()), coalesce(read_at, now()), coalesce(read_at, now()) + interval '1 day'
from lanes where reading is not null
order by url, coalesce(identity_hash, connection_id::text), read_at desc nulls last;
alter table lanes drop column reading;
alter table lanes drop column read_at;

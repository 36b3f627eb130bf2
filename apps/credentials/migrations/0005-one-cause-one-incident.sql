-- The kind of trouble is no part of what makes an incident the same one: leads that die of a cause and leads that wait
-- for it are one incident. What an organization refuses is of who signs in there, whichever of the two it is. Where two
-- that go on would become one, the later keeps its key, and ends by itself.
with identities as (
  select id, case
      when facts ->> 'authentication' = 'azure-active-directory'
        then lower(concat(facts ->> 'directoryId', '/', facts ->> 'applicationId'))
      else 'user/' || left(encode(sha256(convert_to(lower(coalesce(facts ->> 'userName', '')), 'UTF8')), 'hex'), 32)
    end as who
  from connections
), parts as (
  select incident_id, incident_key, incident ->> 'since' as since, incident_key::jsonb as key, who
  from incidents left join identities on identities.id::text = incident -> 'connectionIds' ->> 0
  where ended_at is null
), keys as (
  select incident_id, incident_key, since,
    '[' || concat_ws(',', (key -> 0)::text, (key -> 2)::text, (key -> 3)::text, (key -> 4)::text,
      coalesce((key -> 5)::text,
        case when key ->> 1 = 'leads-refused' and key ->> 2 = 'organization' then to_jsonb(who)::text end)) || ']'
      as next_key
  from parts
), firsts as (
  select distinct on (next_key) incident_id, incident_key, next_key from keys order by next_key, since, incident_id
), moved as (
  update incidents set incident_key = next_key from firsts where incidents.incident_id = firsts.incident_id
)
update incident_signals
set incident_key = next_key, signal = jsonb_set(signal, '{key}', to_jsonb(next_key))
from firsts where incident_signals.incident_key = firsts.incident_key;
comment on column incident_signals.incident_key is 'The incident that it belongs to: publisher, place and cause.';

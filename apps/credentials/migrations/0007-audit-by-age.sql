-- The audit goes by age, and in no other way: what is younger than the least time that it may be kept for can neither
-- be removed nor changed, by nobody, and nothing that is older can be changed.
create function audit_goes_by_age() returns trigger language plpgsql as $$
begin
  if old.at > now() - interval '90 days' then
    raise exception 'the audit trail is append-only: what is younger than 90 days stays';
  end if;
  return old;
end $$;
drop trigger audit_is_append_only on audit;
create trigger audit_is_append_only before update or truncate on audit
  for each statement execute function audit_is_append_only();
create trigger audit_goes_by_age before delete on audit
  for each row execute function audit_goes_by_age();

create index connection_versions_by_age on connection_versions (changed_at);
create index incidents_ended on incidents (ended_at) where ended_at is not null;

-- For how many days a publisher keeps leads after they were written or died; null: as the settings say.
alter table publishers add column lead_days int check (lead_days > 0);

-- Leads that have gone because they were old: accepted = written + pending + dead + removed, where written ones that
-- have gone still count as written, and dead ones as removed.
alter table totals add column written_gone bigint not null default 0;
alter table totals add column removed bigint not null default 0;

create index replays_by_age on replays (requested_at);
create index validations_by_age on validations (started_at);
create index validation_steps_by_age on validation_steps (at);
create index incident_transitions_by_age on incident_transitions (at);
create index statistics_by_age on statistics (starts_at);
create index latencies_by_age on latencies (starts_at);
-- Next to nothing to keep up, and enough to find what is older than years.
create index timeline_by_age on timeline using brin (at);

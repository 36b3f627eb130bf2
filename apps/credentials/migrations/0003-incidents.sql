-- What each connection last said of each trouble and cause. A row outlives its trouble, so that a late or repeated
-- alert is known for one.
create table incident_signals (
  connection_id uuid not null,
  trouble text not null,
  -- What a later alert takes it back by; empty: every cause of the trouble.
  same_as text not null,
  -- The incident that it belongs to: publisher, trouble, place and cause.
  incident_key text not null,
  stands boolean not null,
  signal jsonb not null,
  changed_at timestamptz not null,
  primary key (connection_id, trouble, same_as)
);
create index incident_signals_standing on incident_signals (incident_key) where stands;
create index incident_signals_fallen on incident_signals (changed_at) where not stands;

create table incidents (
  incident_id uuid primary key,
  incident_key text not null,
  -- As it was told last.
  incident jsonb not null,
  -- When contacts were last told that it lasts: at its opening, and with each reminder.
  told_at timestamptz not null,
  changed_at timestamptz not null,
  -- From then on the same trouble is another incident.
  ended_at timestamptz
);
create unique index incidents_going_on on incidents (incident_key) where ended_at is null;
create index incidents_by_change on incidents (changed_at, incident_id);

-- Validates that have failed, until their end is told of.
create table failed_validations (
  validation_id uuid primary key,
  failed_at timestamptz not null
);
create index failed_validations_by_time on failed_validations (failed_at);

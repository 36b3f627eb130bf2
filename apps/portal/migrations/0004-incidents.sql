-- Incidents are made of alerts, and say what alerts said.
drop table alerts;

-- What was told of each incident, transition by transition.
create table incident_transitions (
  incident_id uuid not null,
  version int not null,
  at timestamptz not null,
  -- An `IncidentTransition`, the state that it led to, and who made it.
  transition text not null,
  state text not null,
  by text not null,
  what text not null,
  primary key (incident_id, version)
);

-- Each incident as it was told last.
create table incidents (
  incident_id uuid primary key,
  version int not null,
  kind text not null,
  cause text not null,
  state text not null,
  since timestamptz not null,
  resolved_at timestamptz,
  connection_ids uuid[] not null,
  publisher_ids text[] not null,
  -- An `Incident`.
  told jsonb not null
);
create index incidents_of_connection on incidents using gin (connection_ids);
create index incidents_by_time on incidents (since);

-- Whose leads are dead, and of which cause: no more than mails about incidents may name, and no longer than leads are
-- dead or topics tell of them.
create table refused_customers (
  lead_id uuid primary key,
  connection_id uuid not null,
  cause text not null,
  company text not null,
  name text not null,
  died_at timestamptz not null
);
create index refused_customers_by_cause on refused_customers (connection_id, cause, died_at);
create index refused_customers_by_time on refused_customers (died_at);

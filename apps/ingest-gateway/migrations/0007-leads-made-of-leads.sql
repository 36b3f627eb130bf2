-- What people have made of leads: of a repeat that was a wish of its own, and of a lead that ended with its connection.
-- The key says what was made once: a second click, or two people at once, make nothing more.
create table made_leads (
  of_lead uuid not null,
  kind text not null check (kind in ('repeat', 'deleted-connection')),
  at timestamptz not null,
  lead_id uuid not null,
  made_at timestamptz not null,
  primary key (of_lead, kind, at)
);
create index made_leads_by_age on made_leads (made_at);

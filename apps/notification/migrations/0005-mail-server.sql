-- Since when the mail server takes nothing; empty while it does.
create table mail_server (
  one boolean primary key default true check (one),
  failing_since timestamptz not null,
  -- Whether operators were told.
  told boolean not null default false
);

-- What was put aside goes when it is old.
create index undecodable_by_age on undecodable (kept_at);
create index outbox_refused_by_age on outbox_refused (refused_at);

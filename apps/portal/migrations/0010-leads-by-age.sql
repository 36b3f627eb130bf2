-- no-transaction
create index concurrently if not exists leads_by_age on leads (publisher_id, outcome_at) where outcome_at is not null;

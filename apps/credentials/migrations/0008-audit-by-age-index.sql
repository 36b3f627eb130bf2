-- no-transaction
create index concurrently if not exists audit_by_age on audit (at);

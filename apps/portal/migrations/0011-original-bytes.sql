-- A body that came packed, or in another encoding than UTF-8: what was read of it is in "original".
alter table lead_contents add column original_bytes bytea;

-- A person had a lead made: an entry of its timeline.
alter table timeline drop constraint timeline_kind_check;
alter table timeline add constraint timeline_kind_check
  check (kind in ('made', 'repeated', 'deferred', 'dead', 'replayed', 'written', 'mailed'));

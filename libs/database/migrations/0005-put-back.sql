-- What was put aside keeps all that it came with, so that it can be put back: the headers as JSON, pairs of a name and
-- bytes in base64, and when the record was made. `put_back_at`: a person wants it to be taken once more.
alter table undecodable
  add column headers text,
  add column record_at timestamptz,
  add column put_back_at timestamptz;
create index undecodable_put_back on undecodable (topic) where put_back_at is not null;

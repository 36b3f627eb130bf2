-- Why no lead was read from a body, and what its sender said of it: to read it again one needs to know.
alter table quarantine
  add column why text,
  add column content_type text,
  add column content_encoding text;

-- How the leads of this connection differ from the standard lead record, as JSON.
alter table lanes add column mapping text;

-- Refusals that some leads met while others passed: as JSON, their signatures and when that was seen last.
alter table lanes add column refused_some text;

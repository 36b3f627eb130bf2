-- What Dynamics refused to fill of what is the same for every lead, as JSON: leads go without it for a while.
alter table lanes add column refusals text;

-- What was told last of a lead that is tried again and again, as JSON: it is told anew for another cause, or after an hour.
alter table deliveries add column told text;

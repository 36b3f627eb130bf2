-- Where a connection's leads go, whatever stands there.
alter table lanes rename column organization to url;

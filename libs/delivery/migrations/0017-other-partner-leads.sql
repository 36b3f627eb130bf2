-- What a connection wants done with leads of customers who asked another partner; none: they are written like others.
alter table lanes add column other_partner_leads text;

-- Which lead was made of a lead: its page shows it, and a list those of which none was made yet.
create index timeline_made_of on timeline ((data ->> 'id')) where kind = 'made';

-- Who holds it in exclusive mode is alone in appending to the feed of changes, whose ids become visible in their
-- order. Empty for ever. The feed itself is not locked: that would hold up its vacuum and the end of what is old.
create table changes_lock ();

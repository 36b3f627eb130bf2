-- Nothing is rebuilt of the feed, and it is of an hour only: what a crash of the database empties need not be logged.
-- Its ids are, for they may not begin anew: by a gap, and by emptiness, who looks on learns to read everything anew.
alter table changes set unlogged;
alter sequence changes_id_seq set logged;

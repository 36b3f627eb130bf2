-- Who holds one of these in exclusive mode is alone in changing the picture of incidents, or in rotating the master
-- key. They are empty and stay so: unlike an advisory lock, a table can be locked by nobody who may not write to it.
create table incidents_lock ();
create table rotation_lock ();

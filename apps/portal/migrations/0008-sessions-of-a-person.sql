-- A person's sessions are found, of which only the newest few stay.
create index sessions_of_person on sessions ((data #>> '{person,directoryId}'), (data #>> '{person,userId}'), expires_at);

-- Run once by the postgres image, as the superuser, when docker compose makes the database's volume.
\set password `cat /owner/owner.password`
-- Owns the schemas and makes the services' roles; migrations alone work under it.
create role leads login createrole password :'password';
alter database leads owner to leads;
-- Without a password nobody is the superuser but who is in this container.
alter role postgres password null;

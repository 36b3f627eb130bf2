-- What was used is remembered in one place, whatever way it came: used_requests, which every schema has.
insert into used_requests (nonce, forget_at) select jti, expires_at from used_token_requests on conflict do nothing;
drop table used_token_requests;

-- Who reads an address: with a tag (ann+azure@…) it is the same mailbox as without, and Gmail knows no dots. A mailbox is
-- asked once a day, under however many addresses.
alter table contacts add column mailbox text not null generated always as (
  case when address ~ '@(gmail|googlemail)\.com$'
    then replace(regexp_replace(address, '(\+[^@]*)?@[^@]*$', ''), '.', '') || '@gmail.com'
    else regexp_replace(address, '\+[^@]*@([^@]*)$', '@\1') end
) stored;
create index contacts_mailbox on contacts (contacts_of, mailbox);

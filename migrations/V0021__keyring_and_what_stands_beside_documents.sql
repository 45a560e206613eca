-- The system's keyring may hold the key, too; and a kept document bears what its reading needed
-- besides, so that it can be read again by itself.

create table key_slots_new (
    id integer primary key,
    kind text not null check (kind in ('key_file', 'keyring', 'passphrase', 'recovery')),
    -- Parameters of the derivation, where the opener is a passphrase.
    params text,
    salt blob not null check (length(salt) = 16),
    sealed blob not null,
    key_check blob not null check (length(key_check) = 16),
    created_at integer not null
) strict;

insert into key_slots_new (id, kind, params, salt, sealed, key_check, created_at)
select id, kind, params, salt, sealed, key_check, created_at from key_slots;

drop table key_slots;

alter table key_slots_new rename to key_slots;

-- JSON, in the connector's own words: a place, a parent's name, the items of an order. Empty where
-- the document says all that is needed.
alter table documents add column beside text not null default '';

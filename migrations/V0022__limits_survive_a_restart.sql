-- How much of a slow limit is used up: a program that is started anew must not have the whole burst
-- of a platform anew. Limits that fill within a minute are in memory only.

create table call_levels (
    account_id integer not null references accounts (id) on delete cascade,
    -- As the connector's spec calls it.
    operation text not null,
    -- Calls that may be made at once, in thousandths; below 0 some are promised already.
    level_thousandths integer not null,
    filled_at integer not null,
    -- Until when the platform wants to be left alone.
    closed_until_at integer,
    primary key (account_id, operation)
) strict, without rowid;

-- Every host that was called, by day: what leaves this machine, told to its owner. No address and
-- no content is kept, only who was called, for what, how often and how much.

create table calls_out (
    -- In UTC, so that a call has one day whatever the organisation's zone is.
    day integer not null,
    host text not null,
    port integer not null,
    -- 0 while an account is being connected; what is gone stays told.
    account_id integer not null,
    -- The operation, as the connector's spec calls it.
    purpose text not null,
    calls integer not null,
    -- Calls to which no answer came.
    failed integer not null,
    bytes_out integer not null,
    -- As unpacked.
    bytes_in integer not null,
    first_at integer not null,
    last_at integer not null,
    primary key (day, host, port, account_id, purpose)
) strict, without rowid;

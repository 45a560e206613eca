-- What the owner does for buyers and for their own order: marks of the buyers who were erased, so
-- that a restored backup forgets them again; buyers whose data is restricted; when a connection was
-- ended; and what each retention run threw away. No person is in it.

-- The digest of a buyer's keyed hash: nobody is known by it, but whoever comes back with a copy is.
create table buyers_erased (
    mark blob primary key check (length(mark) = 32),
    erased_at integer not null
) strict, without rowid;

-- Their orders count in the books, and in no analysis of customers.
create table buyers_restricted (
    customer_id integer primary key references customers (id) on delete cascade,
    restricted_at integer not null
) strict;

create table retention_runs (
    id integer primary key,
    ran_at integer not null,
    rule text not null,
    -- Rows that went, and when the oldest of them was made.
    gone integer not null,
    oldest_at integer
) strict;

create index retention_runs_by_time on retention_runs (ran_at);

-- From when on what an ended connection left may go; those that ended before count from now.
alter table accounts add column disconnected_at integer;
update accounts set disconnected_at = cast(strftime('%s', 'now') as integer) * 1000000
where state = 'disconnected';

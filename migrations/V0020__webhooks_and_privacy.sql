-- What platforms tell by themselves: which of their calls are known, how many came and were refused;
-- and what they ask us on behalf of buyers, with what was done about it. No person is in it.

create table hook_deliveries (
    account_id integer not null references accounts (id) on delete cascade,
    -- SHA-256 of the platform's own mark of the call, or of its body.
    mark blob not null check (length(mark) = 32),
    received_at integer not null,
    primary key (account_id, mark)
) strict, without rowid;

create index hook_deliveries_by_age on hook_deliveries (received_at);

create table hook_tallies (
    account_id integer primary key references accounts (id) on delete cascade,
    taken integer not null default 0,
    -- Known already; nothing was done.
    repeated integer not null default 0,
    -- Not signed as they should be, or about another shop.
    refused integer not null default 0,
    taken_at integer,
    refused_at integer
) strict;

create table privacy_requests (
    id integer primary key,
    -- Null when the connection went with all that it brought.
    account_id integer references accounts (id) on delete set null,
    -- As its owner calls it, so that the entry outlives the connection.
    account_name text not null,
    platform text not null,
    store_id integer references stores (id) on delete set null,
    kind text not null check (kind in ('tell', 'forget', 'forget_shop')),
    received_at integer not null,
    due_at integer not null,
    done_at integer,
    outcome text check (outcome in ('done', 'nothing', 'connected')),
    orders integer not null default 0,
    documents integer not null default 0,
    check ((done_at is null) = (outcome is null))
) strict;

create index privacy_requests_open on privacy_requests (id) where done_at is null;

-- The keyed hashes of the buyer whom an open request is about; none once it is done.
create table privacy_marks (
    request_id integer not null references privacy_requests (id) on delete cascade,
    hash blob not null check (length(hash) = 32),
    -- Whether the platform named it, or it stood on an order beside one that it named.
    named integer not null check (named in (0, 1)),
    primary key (request_id, hash)
) strict, without rowid;

-- The orders that an open request names, by the platform's own key.
create table privacy_named (
    request_id integer not null references privacy_requests (id) on delete cascade,
    external_id text not null,
    primary key (request_id, external_id)
) strict, without rowid;

-- What we hold of a buyer who asked, for the owner's answer; gone when that is due.
create table privacy_findings (
    request_id integer not null references privacy_requests (id) on delete cascade,
    order_id integer not null references orders (id) on delete cascade,
    primary key (request_id, order_id)
) strict, without rowid;

create index privacy_findings_by_order on privacy_findings (order_id);

-- Orders whose buyer is never known again, however often they are read.
create table orders_forgotten (
    order_id integer primary key references orders (id) on delete cascade,
    forgotten_at integer not null
) strict;

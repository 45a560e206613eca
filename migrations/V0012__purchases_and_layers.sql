-- What was bought to be sold, and which of it each line sold took. '' is what is not told; the
-- day 0 of a landed cost is a bill without a day.

create table purchases (
    id integer primary key,
    reference text not null check (length(reference) > 0),
    received_day integer not null,
    sku text not null check (length(sku) > 0),
    line text not null default '',
    quantity integer not null check (quantity > 0),
    unit_cost text not null,
    currency text not null,
    supplier text not null default '',
    weight_grams integer,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (reference, received_day, sku, line)
) strict;

create index purchases_by_sku on purchases (sku);

create table purchases_past (
    id integer primary key,
    reference text not null check (length(reference) > 0),
    received_day integer not null,
    sku text not null check (length(sku) > 0),
    line text not null default '',
    quantity integer not null check (quantity > 0),
    unit_cost text not null,
    currency text not null,
    supplier text not null default '',
    weight_grams integer,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create table landed_costs (
    id integer primary key,
    reference text not null check (length(reference) > 0),
    kind text not null check (kind in ('freight', 'duty', 'other')),
    currency text not null,
    day integer not null default 0,
    bill text not null default '',
    amount_minor integer not null,
    split_by text not null check (split_by in ('value', 'weight', 'quantity')),
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (reference, kind, currency, day, bill)
) strict;

create table landed_costs_past (
    id integer primary key,
    reference text not null check (length(reference) > 0),
    kind text not null check (kind in ('freight', 'duty', 'other')),
    currency text not null,
    day integer not null default 0,
    bill text not null default '',
    amount_minor integer not null,
    split_by text not null check (split_by in ('value', 'weight', 'quantity')),
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- What follows is derived, and empty while the cost method is `dated`.

-- What orders do to the stock of each SKU. Part 0 is the sale of a line; from 1 on its order's
-- refunds by their instant, where units went back to the shelf.
create table line_moves (
    order_id integer not null references orders (id) on delete cascade,
    line_no integer not null,
    sku text not null,
    part integer not null,
    at integer not null,
    day integer not null,
    units integer not null,
    primary key (order_id, line_no, sku, part)
) strict, without rowid;

create index line_moves_by_sku on line_moves (sku);

-- What each line took of a SKU. The draws are one JSON list: read together and never apart.
create table line_draws (
    order_id integer not null references orders (id) on delete cascade,
    line_no integer not null,
    sku text not null,
    units integer not null,
    body text not null,
    primary key (order_id, line_no, sku)
) strict, without rowid;

create index line_draws_by_sku on line_draws (sku);

-- Units left of each line of a receipt.
create table layers_left (
    purchase_id integer primary key,
    sku text not null,
    units integer not null
) strict;

create index layers_left_by_sku on layers_left (sku);

-- SKUs whose draws have to be folded again, and the import that changed their receipts.
create table dirty_skus (
    sku text primary key,
    mark integer not null,
    import_id integer
) strict, without rowid;

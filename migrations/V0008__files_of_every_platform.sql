-- What the platforms' own files tell beside orders and money: listings, stock, labels, returns,
-- estimates of fees; and what in them no table of ours knows.

create table listings (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null check (length(key) > 0),
    sku text not null default '',
    title text not null default '',
    product text not null default '',
    barcode text not null default '',
    catalogue_id text not null default '',
    price_minor integer,
    currency text not null default '',
    weight_grams integer,
    status text not null default '',
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, key)
) strict;

create index listings_by_sku on listings (sku);
create index listings_by_catalogue_id on listings (catalogue_id) where catalogue_id <> '';

create table listings_past (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null,
    sku text not null default '',
    title text not null default '',
    product text not null default '',
    barcode text not null default '',
    catalogue_id text not null default '',
    price_minor integer,
    currency text not null default '',
    weight_grams integer,
    status text not null default '',
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- Unit costs that stand beside a listing; dated by when they were learned.
create table listed_costs (
    id integer primary key,
    store_id integer not null references stores (id),
    sku text not null check (length(sku) > 0),
    valid_from_day integer not null,
    unit_cost text not null,
    currency text not null,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, sku, valid_from_day)
) strict;

create table listed_costs_past (
    id integer primary key,
    store_id integer not null references stores (id),
    sku text not null,
    valid_from_day integer not null,
    unit_cost text not null,
    currency text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- What a marketplace says that it will take per unit, until a settlement says what it took.
create table fee_estimates (
    id integer primary key,
    store_id integer not null references stores (id),
    sku text not null check (length(sku) > 0),
    price_minor integer not null,
    share_minor integer not null,
    fixed_minor integer not null,
    currency text not null,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, sku)
) strict;

create table fee_estimates_past (
    id integer primary key,
    store_id integer not null references stores (id),
    sku text not null,
    price_minor integer not null,
    share_minor integer not null,
    fixed_minor integer not null,
    currency text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- How many units a place holds, as somebody told it; '' is no channel's store but the seller's own.
create table stock_levels (
    id integer primary key,
    store text not null default '',
    sku text not null check (length(sku) > 0),
    location text not null,
    state text not null,
    quantity integer not null,
    at integer,
    reason text not null default '',
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store, sku, location, state)
) strict;

create table stock_levels_past (
    id integer primary key,
    store text not null default '',
    sku text not null,
    location text not null,
    state text not null,
    quantity integer not null,
    at integer,
    reason text not null default '',
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create table stock_movements (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null,
    day integer not null,
    sku text not null,
    location text not null,
    kind text not null,
    quantity integer not null,
    disposition text not null default '',
    reason text not null default '',
    reference text not null default '',
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, key)
) strict;

create index stock_movements_by_sku on stock_movements (sku, day);

create table stock_movements_past (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null,
    day integer not null,
    sku text not null,
    location text not null,
    kind text not null,
    quantity integer not null,
    disposition text not null default '',
    reason text not null default '',
    reference text not null default '',
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- Shipping labels; each finds its order by `order_ref`, the order's number or id without `#`.
create table labels (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null,
    order_ref text not null,
    -- The number before a suffix such as -1 of a parcel sent again; '' where there is none.
    stem text not null default '',
    at integer not null,
    cost_minor integer not null,
    currency text not null,
    voided integer not null default 0 check (voided in (0, 1)),
    is_return integer not null default 0 check (is_return in (0, 1)),
    estimated integer not null default 0 check (estimated in (0, 1)),
    tracking text not null default '',
    carrier text not null default '',
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, key)
) strict;

create index labels_by_order on labels (store_id, order_ref);
create index labels_by_stem on labels (store_id, stem) where stem <> '';

create table labels_past (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null,
    order_ref text not null,
    stem text not null default '',
    at integer not null,
    cost_minor integer not null,
    currency text not null,
    voided integer not null default 0,
    is_return integer not null default 0,
    estimated integer not null default 0,
    tracking text not null default '',
    carrier text not null default '',
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- What a file named that no table of ours knows, counted by name.
create table import_unknowns (
    import_id integer not null references imports (id) on delete cascade,
    kind text not null check (kind in ('fee', 'transaction', 'status', 'column', 'currency')),
    name text not null,
    first_line integer not null,
    times integer not null,
    primary key (import_id, kind, name)
) strict, without rowid;

-- Estimated charges, and what settles them.
alter table charges add column family text not null default '';
-- '' for a charge that is no estimate, else `family` or `payout`: what it gives way to.
alter table charges add column gives_way text not null default ''
    check (gives_way in ('', 'family', 'payout'));
alter table charges add column way_from_day integer;
alter table charges add column way_to_day integer;
alter table charges_past add column family text not null default '';
alter table charges_past add column gives_way text not null default '';
alter table charges_past add column way_from_day integer;
alter table charges_past add column way_to_day integer;

create index charges_by_family on charges (store_id, family, day) where family <> '';

-- Ad spend that a marketplace deducted and no ad report tells is derived from the charges.
alter table ad_spend add column derived integer not null default 0 check (derived in (0, 1));
alter table ad_spend_past add column derived integer not null default 0;

-- Advertising that a source ties to the very order.
alter table profit_lines add column ad_direct_minor integer not null default 0;
alter table rollup_days add column ad_direct_minor integer not null default 0;
alter table rollup_days add column ad_direct_estimated integer not null default 0;
alter table rollup_days add column ad_direct_missing integer not null default 0;

-- A further kind of document: units that a warehouse took back.
create table order_facts_new (
    order_id integer not null references orders (id) on delete cascade,
    -- `api`, `orders_file`, `settlement`; `refund` and `return` for those that arrived alone.
    kind text not null check (kind in ('api', 'orders_file', 'settlement', 'refund', 'return')),
    part text not null,
    body text not null,
    customer_id integer references customers (id),
    -- A second mark of the same buyer, where both are known.
    other_customer_id integer references customers (id),
    known_from_at integer not null,
    import_id integer references imports (id),
    primary key (order_id, kind, part)
) strict, without rowid;

insert into order_facts_new
select order_id, kind, part, body, customer_id, other_customer_id, known_from_at, import_id
from order_facts;

drop table order_facts;
alter table order_facts_new rename to order_facts;

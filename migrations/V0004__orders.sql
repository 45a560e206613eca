-- Orders as each source tells them. A fact is superseded, never overwritten: the current one
-- stands in `order_facts`, what we knew before in `order_facts_past` with the instants between
-- which it was our knowledge.

create table customers (
    id integer primary key,
    -- Keyed hash; the plain value is never stored.
    hash blob not null unique check (length(hash) = 32),
    first_order_id integer,
    first_placed_at integer
) strict;

create table variants (
    id integer primary key,
    sku text not null unique,
    title text
) strict;

create table orders (
    id integer primary key,
    store_id integer not null references stores (id),
    external_id text not null,
    -- What follows is derived from the union of the facts.
    number text,
    placed_at integer not null,
    order_day integer not null,
    currency text not null,
    country text,
    region text,
    channel text,
    campaign text,
    financial_status text not null,
    cancelled integer not null default 0 check (cancelled in (0, 1)),
    test integer not null default 0 check (test in (0, 1)),
    -- Whether figures are made from it.
    counted integer not null default 0 check (counted in (0, 1)),
    -- Why no figures could be made of it, in words.
    fault text,
    customer_id integer references customers (id),
    -- Set where it is its customer's first counted order in any store.
    new_customer_day integer,
    -- What the platform's total holds and no part explains; in no figure.
    unexplained_minor integer not null default 0,
    unique (store_id, external_id)
) strict;

create index orders_by_number on orders (number) where number is not null;
create index orders_by_placed on orders (placed_at, id);
create index orders_by_customer on orders (customer_id) where customer_id is not null;

create table order_facts (
    order_id integer not null references orders (id) on delete cascade,
    -- `api`, `orders_file`, `settlement`, or `refund` for one that arrived by itself.
    kind text not null check (kind in ('api', 'orders_file', 'settlement', 'refund')),
    part text not null,
    body text not null,
    customer_id integer references customers (id),
    -- A second mark of the same buyer, where both are known.
    other_customer_id integer references customers (id),
    known_from_at integer not null,
    import_id integer references imports (id),
    primary key (order_id, kind, part)
) strict, without rowid;

create table order_facts_past (
    id integer primary key,
    order_id integer not null references orders (id) on delete cascade,
    kind text not null,
    part text not null,
    body text not null,
    customer_id integer,
    other_customer_id integer,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    -- The import that superseded it.
    until_import_id integer
) strict;

create index order_facts_past_by_order on order_facts_past (order_id, kind, part);

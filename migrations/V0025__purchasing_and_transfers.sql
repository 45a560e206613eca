-- What is ordered of whom and at which price, what of it came, and what is moved between places.
-- Receipts end in `purchases`, `landed_costs` and `stock_events`; here stands what links them.

-- A supplier is a business; nobody's name or address is kept.
create table suppliers (
    id integer primary key,
    name text not null unique check (length(name) between 1 and 200),
    currency text not null check (length(currency) = 3),
    terms text not null default '',
    -- The least that an order must come to, in minor units of the currency.
    minimum_minor integer check (minimum_minor >= 0),
    -- As the seller knows it; null is measured.
    lead_days integer check (lead_days >= 0),
    note text not null default '',
    archived_at integer
) strict;

create table supplier_prices (
    supplier_id integer not null references suppliers (id),
    sku text not null check (length(sku) > 0),
    valid_from integer not null,
    -- From so many units on.
    from_quantity integer not null check (from_quantity > 0),
    -- What the supplier calls it.
    code text not null default '',
    unit_cost text not null,
    currency text not null check (length(currency) = 3),
    moq integer not null check (moq > 0),
    pack integer not null check (pack > 0),
    primary key (supplier_id, sku, valid_from, from_quantity)
) strict, without rowid;

create index supplier_prices_by_sku on supplier_prices (sku);

create table purchase_orders (
    id integer primary key,
    -- The reference of its purchases.
    number text not null unique check (length(number) between 1 and 200),
    supplier_id integer not null references suppliers (id),
    currency text not null check (length(currency) = 3),
    -- Where it shall come in.
    location_id integer not null references locations (id),
    -- How much of it came follows of its receipts.
    stage text not null check (stage in ('draft', 'ordered', 'cancelled')),
    ordered_day integer,
    expected_day integer,
    note text not null default '',
    created_at integer not null,
    check (stage <> 'ordered' or ordered_day is not null)
) strict;

create index purchase_orders_by_supplier on purchase_orders (supplier_id);

create table purchase_order_lines (
    order_id integer not null references purchase_orders (id),
    line_no integer not null,
    sku text not null check (length(sku) > 0),
    code text not null default '',
    quantity integer not null check (quantity > 0),
    pack integer not null check (pack > 0),
    -- Without freight and duty, in the order's currency.
    unit_cost text not null,
    -- Of one unit.
    weight_grams integer check (weight_grams >= 0),
    primary key (order_id, line_no),
    unique (order_id, sku)
) strict, without rowid;

create index purchase_order_lines_by_sku on purchase_order_lines (sku);

create table purchase_receipts (
    id integer primary key,
    order_id integer not null references purchase_orders (id),
    -- The first receipt of an order is 1; with it the lines of its purchases are told apart.
    number integer not null,
    received_day integer not null,
    location_id integer not null references locations (id),
    note text not null default '',
    by_name text not null,
    at integer not null,
    -- Of `changes`, by which it is taken back; no foreign key, since a copy of the books has none.
    change_id integer not null,
    action_id integer not null references stock_actions (id),
    undone_at integer,
    unique (order_id, number)
) strict;

create index purchase_receipts_by_change on purchase_receipts (change_id);

create table purchase_receipt_lines (
    receipt_id integer not null references purchase_receipts (id),
    sku text not null,
    good integer not null check (good >= 0),
    -- Paid for, but put into quarantine.
    damaged integer not null check (damaged >= 0),
    lot text not null default '',
    primary key (receipt_id, sku),
    check (good + damaged > 0)
) strict, without rowid;

create table transfers (
    id integer primary key,
    number text not null unique check (length(number) between 1 and 200),
    from_id integer not null references locations (id),
    to_id integer not null references locations (id),
    -- Where its units are on the way.
    via_id integer not null references locations (id),
    -- What the other side calls it: the id of an FBA shipment.
    reference text not null default '',
    note text not null default '',
    created_at integer not null,
    cancelled_at integer,
    check (from_id <> to_id)
) strict;

create table transfer_lines (
    transfer_id integer not null references transfers (id),
    line_no integer not null,
    sku text not null check (length(sku) > 0),
    lot text not null default '',
    quantity integer not null check (quantity > 0),
    primary key (transfer_id, line_no),
    unique (transfer_id, sku, lot)
) strict, without rowid;

-- What happened to a transfer; its state follows of the steps that were not undone.
create table transfer_steps (
    id integer primary key,
    transfer_id integer not null references transfers (id),
    kind text not null check (kind in ('sent', 'received', 'closed')),
    day integer not null,
    by_name text not null,
    at integer not null,
    action_id integer not null references stock_actions (id),
    undone_at integer
) strict;

create index transfer_steps_by_transfer on transfer_steps (transfer_id);

create table transfer_step_lines (
    step_id integer not null references transfer_steps (id),
    line_no integer not null,
    -- Of a closing: those that never came; negative: more came than was sent.
    quantity integer not null,
    primary key (step_id, line_no)
) strict, without rowid;

-- Every edit of a supplier, a price list, an order or a transfer, as it was made.
create table purchasing_log (
    id integer primary key,
    kind text not null check (kind in ('supplier', 'prices', 'order', 'transfer')),
    subject_id integer not null,
    what text not null,
    at integer not null,
    by_name text not null,
    source text not null check (source in ('page', 'api', 'command')),
    why text not null default '',
    -- JSON; null: nothing stood there.
    before text,
    after text,
    undoes integer references purchasing_log (id),
    undone_by integer references purchasing_log (id)
) strict;

create index purchasing_log_by_subject on purchasing_log (kind, subject_id);

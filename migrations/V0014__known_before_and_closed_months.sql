-- What was known on an earlier day, and months that are closed.

-- What figures rested on before the organisation was changed; the name and the looks are no part.
create table organisation_past (
    id integer primary key,
    currency text,
    currency_chosen integer not null,
    time_zone text,
    time_zone_chosen integer not null,
    cost_method text not null,
    vat_registered integer not null,
    known_until_at integer not null
) strict;

-- Each closing of a month. Reopening ends one; no row is ever changed otherwise, or deleted.
create table month_closings (
    id integer primary key,
    month_day integer not null,
    currency text not null,
    closed_at integer not null,
    closed_by text not null,
    -- What was still missing when it was closed, as it was told then; lines of text.
    lacking text not null default '',
    reopened_at integer,
    reopened_by text
) strict;

create unique index month_closings_in_force on month_closings (month_day)
    where reopened_at is null;

-- The figures as they were known at a closing: of the month's own days, and, where `adjusts`,
-- what had become known by then about the days of months that were closed before.
create table closing_figures (
    closing_id integer not null references month_closings (id),
    adjusts integer not null check (adjusts in (0, 1)),
    -- 0 event, 1 order.
    basis integer not null check (basis in (0, 1)),
    day integer not null,
    -- 0: of no store.
    store_id integer not null,
    component text not null,
    amount_minor integer not null,
    primary key (closing_id, adjusts, basis, day, store_id, component)
) strict, without rowid;

-- The closed months of which a closing took over what had become known.
create table closing_covers (
    closing_id integer not null references month_closings (id),
    month_day integer not null,
    primary key (closing_id, month_day)
) strict, without rowid;

-- The following are filled in copies of the books as they were known on an earlier day, never in
-- the books themselves: what each cause changed since, today less then.

create table known_figures (
    cause text not null,
    basis integer not null check (basis in (0, 1)),
    day integer not null,
    store_id integer not null,
    component text not null,
    amount_minor integer not null,
    primary key (cause, basis, day, store_id, component)
) strict, without rowid;

-- The orders behind a cause, by the days on which their contribution margin moved.
create table known_orders (
    cause text not null,
    order_id integer not null,
    name text not null,
    event_day integer not null,
    order_day integer not null,
    store_id integer not null,
    amount_minor integer not null,
    primary key (cause, order_id, event_day, order_day)
) strict, without rowid;

-- The records behind a cause: as they were known then, and as they are today.
create table known_records (
    id integer primary key,
    cause text not null,
    kind text not null,
    label text not null,
    was text not null,
    now text not null
) strict;

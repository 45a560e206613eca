-- What the seller means to reach in a month. No figure depends on it.

create table goals (
    id integer primary key,
    -- The first day of the month.
    month_day integer not null,
    -- '' is all stores together.
    store text not null default '',
    figure text not null check (figure in ('net_profit', 'net_revenue', 'orders')),
    -- Minor units, or orders.
    amount integer not null check (amount > 0),
    -- Of money only.
    currency text check (currency glob '[A-Z][A-Z][A-Z]'),
    changed_at integer not null,
    changed_by text not null default '',
    unique (month_day, store, figure),
    check ((figure = 'orders') = (currency is null))
) strict;

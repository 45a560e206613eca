-- Sums of profit lines by day, month and year: of each store, of its products, of the places
-- (country, channel, campaign) that it sells to. What a row holds is packed (`store/rollups`):
-- most measures of most rows are 0. All of it is derived.

create table places (
    id integer primary key,
    -- '' where the order names none.
    country text not null,
    channel text not null,
    campaign text not null,
    unique (country, channel, campaign)
) strict;

create table rollups (
    -- 0 store, 1 product, 2 place.
    dim integer not null check (dim in (0, 1, 2)),
    -- 0 by event; 1 what has to be added to it to count by order.
    basis integer not null check (basis in (0, 1)),
    -- 0 day, 1 month, 2 year.
    span integer not null check (span in (0, 1, 2)),
    first_day integer not null,
    -- A variant or a place; 0 for none.
    key integer not null,
    store_id integer not null,
    measures blob not null,
    primary key (dim, basis, span, first_day, key, store_id)
) strict, without rowid;

-- Holds a row while lines are written whose sums by product and place are not: reports read the
-- lines then, and the books make the sums again.
create table rollups_behind (
    id integer primary key check (id = 1),
    -- How often that happened.
    mark integer not null
) strict;

insert into rollups_behind select 1, 1 where exists (select 1 from profit_lines);
insert into jobs (kind, lane, payload, state, dedupe_key, due_at, created_at)
select 'books', 'books', '{}', 'due', 'books', 0, 0
where exists (select 1 from profit_lines)
    and not exists (
        select 1 from jobs
        where kind = 'books' and dedupe_key = 'books' and state in ('due', 'failed'));

drop table rollup_days;

-- Orders are found by their day, within it by their instant.
drop index orders_by_placed;

-- What no line bears is little of it; most spend and most charges name no product.
create index ad_results_by_step on ad_results (step, day);
create index ad_spend_by_sku on ad_spend (sku) where sku <> '';
create index missing_rates_by_day on missing_rates (day);
create index charges_by_sku on charges (sku) where sku <> '';

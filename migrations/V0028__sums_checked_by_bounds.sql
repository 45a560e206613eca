-- As before, but for how the small numbers are checked: a list of three is a table of its own that
-- SQLite fills for every row that is inserted, which took longer than the row.
create table rollups_new (
    -- 0 store, 1 product, 2 place.
    dim integer not null check (dim between 0 and 2),
    -- 0 by event; 1 what has to be added to it to count by order.
    basis integer not null check (basis between 0 and 1),
    -- 0 day, 1 month, 2 year.
    span integer not null check (span between 0 and 2),
    first_day integer not null,
    -- A variant or a place; 0 for none.
    key integer not null,
    store_id integer not null,
    measures blob not null,
    primary key (dim, basis, span, first_day, key, store_id)
) strict, without rowid;

insert into rollups_new (dim, basis, span, first_day, key, store_id, measures)
select dim, basis, span, first_day, key, store_id, measures from rollups
order by dim, basis, span, first_day, key, store_id;

drop table rollups;
alter table rollups_new rename to rollups;

-- What links of listings come to for the books, and what is suggested; and links among the changes
-- that can be taken back.

create index channel_listings_by_store on channel_listings (store_id, sku);
create index listings_by_store on listings (store_id, sku);

-- What one unit sold under a SKU in a store is, where links say that it is something else. Derived
-- of links and listings.
create table listing_parts (
    store_id integer not null references stores (id),
    sku text not null,
    part_sku text not null,
    units integer not null check (units > 0),
    primary key (store_id, sku)
) strict, without rowid;

create index listing_parts_by_part on listing_parts (part_sku);

-- Which variants a listing without a link may sell, the likeliest first. Derived.
create table listing_suggestions (
    store_id integer not null references stores (id),
    listing text not null,
    place integer not null,
    sku text not null,
    units integer not null check (units > 0),
    score integer not null check (score between 0 and 100),
    reasons text not null,
    primary key (store_id, listing, place)
) strict, without rowid;

create table changes_new (
    id integer primary key,
    at integer not null,
    kind text not null
        check (kind in ('cost', 'expense', 'purchase', 'rules', 'rate', 'organisation', 'import',
            'links')),
    source text not null check (source in ('page', 'api', 'command')),
    -- The address or token of whoever did it; '' for a command.
    by_name text not null,
    -- In their own words.
    why text not null,
    -- What it is about: a SKU, a name, the lists of rules, a file.
    subject text not null,
    -- JSON of what the kind stores; null: nothing stood there, or nothing does now.
    before text,
    after text,
    import_id integer references imports (id),
    -- As previewed; null where nobody looked.
    orders integer,
    before_minor integer,
    after_minor integer,
    currency text,
    -- The change that this one took back, and the one that took this one back.
    undoes integer references changes (id),
    undone_by integer references changes (id)
) strict;

-- Those that were taken back by later ones first name nobody: a row names only what is there.
insert into changes_new (id, at, kind, source, by_name, why, subject, before, after, import_id,
    orders, before_minor, after_minor, currency)
select id, at, kind, source, by_name, why, subject, before, after, import_id,
    orders, before_minor, after_minor, currency from changes;

update changes_new set
    undoes = (select undoes from changes where changes.id = changes_new.id),
    undone_by = (select undone_by from changes where changes.id = changes_new.id);

update changes set undoes = null, undone_by = null;

drop table changes;

alter table changes_new rename to changes;

create index changes_by_subject on changes (kind, subject);
create index changes_by_import on changes (import_id) where import_id is not null;

-- What the seller enters and what belongs to no order. Stores are named, because a list may name
-- one before its first order arrives; '' is every store. Superseded rows go to `*_past`.

create table costs (
    id integer primary key,
    sku text not null check (length(sku) > 0),
    valid_from_day integer not null,
    store text not null default '',
    country text not null default '',
    unit_cost text not null,
    currency text not null,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (sku, valid_from_day, store, country)
) strict;

create table costs_past (
    id integer primary key,
    sku text not null check (length(sku) > 0),
    valid_from_day integer not null,
    store text not null default '',
    country text not null default '',
    unit_cost text not null,
    currency text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create table expenses (
    id integer primary key,
    name text not null check (length(name) > 0),
    from_day integer not null,
    store text not null default '',
    to_day integer,
    every text not null check (every in ('once', 'day', 'week', 'month', 'quarter', 'year')),
    amount_minor integer not null,
    currency text not null,
    category text not null default '',
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (name, from_day, store)
) strict;

create table expenses_past (
    id integer primary key,
    name text not null check (length(name) > 0),
    from_day integer not null,
    store text not null default '',
    to_day integer,
    every text not null check (every in ('once', 'day', 'week', 'month', 'quarter', 'year')),
    amount_minor integer not null,
    currency text not null,
    category text not null default '',
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create table ad_spend (
    id integer primary key,
    day integer not null,
    platform text not null,
    campaign text not null,
    store text not null default '',
    sku text not null default '',
    country text not null default '',
    amount_minor integer not null,
    currency text not null,
    impressions integer,
    clicks integer,
    conversions text,
    conversion_value text,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (day, platform, campaign, store, sku, country)
) strict;

create table ad_spend_past (
    id integer primary key,
    day integer not null,
    platform text not null,
    campaign text not null,
    store text not null default '',
    sku text not null default '',
    country text not null default '',
    amount_minor integer not null,
    currency text not null,
    impressions integer,
    clicks integer,
    conversions text,
    conversion_value text,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create table fx_rates (
    id integer primary key,
    base text not null,
    quote text not null,
    day integer not null,
    source text not null check (source in ('ecb', 'own')),
    rate text not null,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (base, quote, day, source)
) strict;

create table fx_rates_past (
    id integer primary key,
    base text not null,
    quote text not null,
    day integer not null,
    source text not null check (source in ('ecb', 'own')),
    rate text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create table charges (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null,
    day integer not null,
    kind text not null,
    class text not null,
    amount_minor integer not null,
    currency text not null,
    sku text not null default '',
    payout text not null default '',
    label text not null default '',
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, key)
) strict;

create table charges_past (
    id integer primary key,
    store_id integer not null references stores (id),
    key text not null,
    day integer not null,
    kind text not null,
    class text not null,
    amount_minor integer not null,
    currency text not null,
    sku text not null default '',
    payout text not null default '',
    label text not null default '',
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create index charges_by_day on charges (day);

create table payouts (
    id integer primary key,
    store_id integer not null references stores (id),
    external_id text not null,
    currency text not null,
    from_day integer,
    to_day integer,
    deposited_day integer,
    stated_minor integer not null,
    rows integer not null,
    received_minor integer,
    received_currency text,
    -- The sums by kind, as JSON: they are read together and never apart.
    parts text not null,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, external_id, currency)
) strict;

create table payouts_past (
    id integer primary key,
    store_id integer not null references stores (id),
    external_id text not null,
    currency text not null,
    from_day integer,
    to_day integer,
    deposited_day integer,
    stated_minor integer not null,
    rows integer not null,
    received_minor integer,
    received_currency text,
    -- The sums by kind, as JSON: they are read together and never apart.
    parts text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

create table stated_totals (
    id integer primary key,
    store_id integer not null references stores (id),
    report text not null,
    from_day integer not null default 0,
    to_day integer not null default 0,
    name text not null,
    amount_minor integer not null,
    currency text not null,
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, report, name, from_day, to_day)
) strict;

create table stated_totals_past (
    id integer primary key,
    store_id integer not null references stores (id),
    report text not null,
    from_day integer not null default 0,
    to_day integer not null default 0,
    name text not null,
    amount_minor integer not null,
    currency text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- One set of rules; a rules file replaces all of them.
create table rules (
    id integer primary key check (id = 1),
    body text not null,
    known_from_at integer not null,
    import_id integer references imports (id)
) strict;

create table rules_past (
    id integer primary key,
    body text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- What is edited, by whom and why; and what of it each order leans on, so that an edit marks the
-- orders that it touches and no others.

-- What the figures of an order were made with besides its own records, as JSON; few differ.
create table leans (
    id integer primary key,
    body text not null unique
) strict;

-- Null until it was booked: then it may lean on anything.
alter table orders add column leans_id integer;

create index orders_with_fault on orders (id) where fault is not null;

-- Grows with each change of costs, rules, rates and settings: who computes with older ones
-- computes again.
alter table organisation add column policy_version integer not null default 0;

-- The class that the seller gave the kind; '' while nobody did.
alter table unclassified_fees add column class text not null default '';

-- Every edit, as it was made: what stood and what stands, and the effect that was seen before.
create table changes (
    id integer primary key,
    at integer not null,
    kind text not null
        check (kind in ('cost', 'expense', 'purchase', 'rules', 'rate', 'organisation', 'import')),
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

create index changes_by_subject on changes (kind, subject);
create index changes_by_import on changes (import_id) where import_id is not null;

-- A stocktake as it goes: lines wait here until all of it is entered at once.
create table stocktakes (
    id integer primary key,
    location_id integer not null references locations (id),
    note text not null default '',
    state text not null default 'open' check (state in ('open', 'entered', 'dropped')),
    began_at integer not null,
    user_id integer references users (id) on delete set null,
    ended_at integer,
    action_id integer references stock_actions (id)
) strict;

create table stocktake_lines (
    stocktake_id integer not null references stocktakes (id) on delete cascade,
    variant_id integer not null references variants (id),
    -- 0 is none.
    lot_id integer not null default 0,
    units integer not null check (units >= 0),
    -- What the count before said, where it was counted again.
    former_units integer,
    -- Units that move later are no part of the count.
    counted_at integer not null,
    primary key (stocktake_id, variant_id, lot_id)
) strict, without rowid;

-- What an action changed of the settings of variants, as JSON, so that it can be taken back.
create table variant_settings_past (
    action_id integer not null references stock_actions (id),
    variant_id integer not null references variants (id),
    -- Null is the usual.
    before text,
    after text,
    primary key (action_id, variant_id)
) strict, without rowid;

-- How fast things sell is read off the last weeks of the ledger.
create index stock_events_by_time on stock_events (occurred_at);

-- One truth of what lies where, who has a claim on it, what channels show, and what we tell them.
-- A channel's number is an observation and never an event.

-- What the seller says of a variant beside its facts; a variant without a row has the usual.
create table variant_settings (
    variant_id integer primary key references variants (id),
    title text not null default '',
    barcode text not null default '',
    -- What the channels' catalogues call it: an ASIN.
    catalogue_id text not null default '',
    mode text not null default 'mirror' check (mode in ('mirror', 'strict')),
    tracks_lots integer not null default 0 check (tracks_lots in (0, 1)),
    -- At or below which it is told to be low; null is the shop's usual.
    low_at integer,
    -- How long it takes to come again and for how long it shall last, in days; null is measured.
    lead_days integer check (lead_days >= 0),
    cover_days integer check (cover_days >= 0),
    archived_at integer
) strict;

create index variant_settings_by_barcode on variant_settings (barcode) where barcode <> '';

create table locations (
    id integer primary key,
    name text not null unique check (length(name) between 1 and 200),
    kind text not null check (kind in ('own', 'fba', 'three_pl', 'in_transit', 'quarantine')),
    -- Whether what lies here may be offered.
    pushable integer not null check (pushable in (0, 1)),
    -- Whose warehouse it is, where a channel holds it.
    store_id integer references stores (id),
    created_at integer not null,
    closed_at integer
) strict;

create table lots (
    id integer primary key,
    variant_id integer not null references variants (id),
    code text not null check (length(code) > 0),
    expires_day integer,
    created_at integer not null,
    unique (variant_id, code)
) strict;

-- What was done at once, so that it can be taken back at once.
create table stock_actions (
    id integer primary key,
    kind text not null,
    note text not null default '',
    user_id integer references users (id) on delete set null,
    import_id integer references imports (id),
    at integer not null,
    -- The action that this one takes back.
    undoes_id integer unique references stock_actions (id)
) strict;

create table stock_events (
    id integer primary key,
    variant_id integer not null references variants (id),
    location_id integer not null references locations (id),
    lot_id integer references lots (id),
    kind text not null check (kind in ('received', 'sold', 'returned', 'adjusted', 'counted',
        'moved_out', 'moved_in', 'built', 'short', 'channel_edit', 'reversed')),
    -- Signed units that came, or how many there are.
    delta integer,
    counted integer,
    reason text not null default '',
    reference text not null default '',
    -- Of which order and line; no foreign key, since the ledger outlives what it is about.
    order_id integer,
    line text not null default '',
    -- Nothing is written twice.
    key text not null unique check (length(key) > 0),
    occurred_at integer not null,
    recorded_at integer not null,
    unit_cost text,
    currency text,
    action_id integer references stock_actions (id),
    -- The event that this one undoes: both are as if they had never been.
    reverses_id integer unique references stock_events (id),
    check (kind = 'reversed' and reverses_id is not null and delta is null and counted is null
        or kind <> 'reversed' and reverses_id is null and (delta is null) <> (counted is null)),
    check ((kind = 'counted') = (counted is not null))
) strict;

create index stock_events_by_variant
    on stock_events (variant_id, location_id, lot_id, occurred_at, id);
create index stock_events_by_action on stock_events (action_id) where action_id is not null;
create index stock_events_by_order on stock_events (order_id) where order_id is not null;

create trigger stock_events_stay before update on stock_events
begin
    select raise(abort, 'the stock ledger is only ever appended to');
end;

create trigger stock_events_are_kept before delete on stock_events
begin
    select raise(abort, 'the stock ledger is only ever appended to');
end;

-- Derived of the events; lot 0 is none.
create table on_hand (
    variant_id integer not null references variants (id),
    location_id integer not null references locations (id),
    lot_id integer not null default 0,
    units integer not null,
    -- Of the newest event in it: (occurred_at, event_id); an earlier one makes it be folded again.
    last_at integer not null,
    last_event_id integer not null,
    primary key (variant_id, location_id, lot_id)
) strict, without rowid;

-- What orders have a claim on. A line of a kit has a row for each component.
create table reservations (
    order_id integer not null,
    line text not null,
    variant_id integer not null references variants (id),
    store_id integer not null references stores (id),
    -- Which listing sold it, and how many of it; '' where only the SKU is known.
    listing text not null default '',
    listing_units integer not null,
    ordered integer not null,
    held integer not null check (held >= 0),
    shipped integer not null check (shipped >= 0),
    released integer not null check (released >= 0),
    -- Of those shipped, put back on the shelf.
    returned integer not null default 0,
    -- Of those released, gone because there was nothing to send.
    short integer not null default 0,
    -- Events written for it so far; the next one's key.
    events integer not null default 0,
    placed_at integer not null,
    first_seen_at integer not null,
    check (held + shipped + released = ordered),
    primary key (order_id, line, variant_id)
) strict, without rowid;

create index reservations_held on reservations (variant_id, held) where held > 0;
create index reservations_by_time on reservations (variant_id, placed_at, listing_units);
create index reservations_by_listing on reservations (store_id, listing, placed_at, listing_units);

-- Lines of orders that no variant is known of: what they want once it is.
create table unlinked_lines (
    order_id integer not null,
    line text not null,
    store_id integer not null references stores (id),
    listing text not null default '',
    sku text not null default '',
    title text not null default '',
    units integer not null,
    primary key (order_id, line)
) strict, without rowid;

create index unlinked_lines_by_listing on unlinked_lines (store_id, listing, sku);

-- Every thing that a connected channel sells, each by the channel's own mark: unlike in
-- `listings`, two of one SKU are two.
create table channel_listings (
    id integer primary key,
    store_id integer not null references stores (id),
    channel_id text not null check (length(channel_id) > 0),
    sku text not null default '',
    title text not null default '',
    product text not null default '',
    barcode text not null default '',
    catalogue_id text not null default '',
    price_minor integer,
    currency text not null default '',
    status text not null default '',
    stocked text not null default 'unknown'
        check (stocked in ('unknown', 'counted', 'oversold', 'uncounted', 'by_channel')),
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, channel_id)
) strict;

create index channel_listings_by_sku on channel_listings (sku);

create table channel_listings_past (
    id integer primary key,
    store_id integer not null references stores (id),
    channel_id text not null,
    sku text not null default '',
    title text not null default '',
    product text not null default '',
    barcode text not null default '',
    catalogue_id text not null default '',
    price_minor integer,
    currency text not null default '',
    status text not null default '',
    stocked text not null default 'unknown',
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- Which variant a listing sells, and how many units of it at once.
create table listing_links (
    id integer primary key,
    store_id integer not null references stores (id),
    -- `channel_listings.channel_id`; or 'sku:' and the SKU, where no interface tells a mark.
    listing text not null check (length(listing) > 0),
    sku text not null check (length(sku) > 0),
    units integer not null check (units > 0),
    how text not null check (how in
        ('sku', 'normalised_sku', 'barcode', 'catalogue_id', 'hand', 'file')),
    known_from_at integer not null,
    import_id integer references imports (id),
    unique (store_id, listing)
) strict;

create index listing_links_by_sku on listing_links (sku);

create table listing_links_past (
    id integer primary key,
    store_id integer not null references stores (id),
    listing text not null,
    sku text not null,
    units integer not null,
    how text not null,
    known_from_at integer not null,
    known_until_at integer not null,
    import_id integer,
    until_import_id integer
) strict;

-- How a connected account is told of stock.
create table stock_channels (
    account_id integer primary key references accounts (id) on delete cascade,
    state text not null default 'off' check (state in ('off', 'observe', 'dry_run', 'armed')),
    place text not null default '',
    place_name text not null default '',
    -- Rules; those of a listing go before these.
    percent integer not null default 100 check (percent between 0 and 100),
    buffer integer not null default 0 check (buffer >= 0),
    cap integer check (cap >= 0),
    end_when integer not null default 0 check (end_when >= 0),
    share integer not null default 100 check (share >= 0),
    -- Who wins where the channel's number was changed by somebody else.
    wins text not null default 'hub' check (wins in ('hub', 'ask', 'channel')),
    -- Measured, in ms: from the buyer's click until we saw the order, and from our write until it
    -- was live.
    order_lag_ms integer,
    apply_lag_ms integer,
    -- When the last pull of orders that came to its end was begun.
    orders_asked_at integer,
    swept_at integer,
    -- Since when it did not answer; null while it does.
    unreached_at integer,
    -- Why nothing is pushed, in words: a breaker that waits for its user.
    held text not null default '',
    held_at integer,
    armed_at integer
) strict;

-- What of a listing at its place is known, told and allowed.
create table stock_listings (
    id integer primary key,
    account_id integer not null references accounts (id) on delete cascade,
    listing text not null,
    -- Null is the channel's.
    state text check (state in ('off', 'observe', 'dry_run', 'armed')),
    percent integer check (percent between 0 and 100),
    buffer integer check (buffer >= 0),
    cap integer check (cap >= 0),
    end_when integer check (end_when >= 0),
    share integer check (share >= 0),
    -- Gets the last units of a strict variant.
    pinned integer not null default 0 check (pinned in (0, 1)),
    -- What it showed last.
    seen integer,
    seen_at integer,
    -- The most that it can sell before it is read again; null while never read.
    sellable integer,
    -- Of the reading that gave it.
    confirmed_at integer,
    -- Units called off since that reading.
    called_off integer not null default 0,
    -- A reading that waits until all orders made before it are here.
    waiting integer,
    waiting_at integer,
    waiting_epoch integer,
    status text not null default 'active' check (status in
        ('active', 'uncounted', 'oversold', 'gone', 'by_channel')),
    -- Stopped by ourselves, in words: somebody else writes it.
    stopped text not null default '',
    stopped_at integer,
    unique (account_id, listing)
) strict;

create table pushes (
    id integer primary key,
    listing_id integer not null references stock_listings (id) on delete cascade,
    from_units integer,
    to_units integer not null,
    -- The number that the channel must still have.
    expected integer,
    key text not null unique,
    why text not null default '',
    state text not null check (state in ('planned', 'sent', 'accepted', 'confirmed', 'superseded',
        'stale', 'failed', 'skipped', 'dry')),
    attempts integer not null default 0,
    -- Units that orders learned since it was sent have taken.
    sold integer not null default 0,
    submission text not null default '',
    fault text not null default '',
    -- What a reading showed that confirmed it.
    live integer,
    action_id integer references stock_actions (id),
    planned_at integer not null,
    sent_at integer,
    answered_at integer,
    ended_at integer
) strict;

create index pushes_open on pushes (listing_id, state)
    where state in ('planned', 'sent', 'accepted');
-- One in flight and one waiting for each listing.
create unique index pushes_in_flight on pushes (listing_id) where state in ('sent', 'accepted');
create unique index pushes_waiting on pushes (listing_id) where state = 'planned';
create index pushes_by_listing on pushes (listing_id, id);

create table drifts (
    id integer primary key,
    listing_id integer not null references stock_listings (id) on delete cascade,
    expected integer not null,
    seen integer not null,
    first_at integer not null,
    last_at integer not null,
    -- Equal readings so far.
    readings integer not null default 1,
    state text not null check (state in ('watched', 'open', 'decided', 'explained')),
    cause text not null default '',
    decision text not null default '',
    user_id integer references users (id) on delete set null,
    ended_at integer
) strict;

create unique index drifts_open on drifts (listing_id) where state in ('watched', 'open');
create index drifts_by_listing on drifts (listing_id, first_at);

-- Variants of which something moved since they were planned last.
create table dirty_stock (
    variant_id integer primary key references variants (id),
    mark integer not null
) strict;

-- Orders whose claims have to be looked at again, because a link or a bundle changed.
create table dirty_claims (
    order_id integer primary key,
    mark integer not null
) strict;

create table stock_alerts (
    id integer primary key,
    kind text not null,
    -- The same while it stands, so that it is told once.
    subject text not null,
    what text not null,
    variant_id integer references variants (id),
    listing_id integer references stock_listings (id) on delete cascade,
    at integer not null,
    ended_at integer,
    seen_at integer
) strict;

create unique index stock_alerts_open on stock_alerts (kind, subject) where ended_at is null;

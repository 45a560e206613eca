-- Connected accounts, what opens them (sealed), where each of their streams stands, what they sent
-- as it came, and what of it we did not understand. Jobs: when each was queued, begun and with
-- what it ended.

create table accounts (
    id integer primary key,
    -- As the list of connectors calls it.
    platform text not null,
    name text not null unique check (length(name) between 1 and 200),
    store_id integer references stores (id),
    -- Everything it brings is the content of this one, and goes with it.
    import_id integer not null unique references imports (id),
    state text not null check (state in ('active', 'paused', 'refused', 'disconnected')),
    -- Who we are there, in the platform's own words.
    external_id text not null default '',
    external_label text not null default '',
    -- JSON: the settings that are no secrets.
    settings text not null default '{}',
    -- From when on; null is everything that the platform has.
    since_at integer,
    -- Why it was refused, in words.
    fault text,
    created_at integer not null
) strict;

create table account_secrets (
    account_id integer not null references accounts (id) on delete cascade,
    name text not null,
    -- Sealed under the account's own key, bound to this very row.
    sealed blob not null,
    sealed_at integer not null,
    primary key (account_id, name)
) strict, without rowid;

create table streams (
    id integer primary key,
    account_id integer not null references accounts (id) on delete cascade,
    stream text not null,
    -- The connector's own text; empty is the beginning.
    cursor text not null default '',
    -- Grows when it begins anew, so that a page under way does not bring back the old place.
    generation integer not null default 0,
    -- Where this stream alone begins at another time than its account.
    since_at integer,
    -- When a turn last ended at the present, and when one was last tried.
    success_at integer,
    tried_at integer,
    -- When it was first read to its end; until then history is loading.
    loaded_at integer,
    documents integer not null default 0,
    records integer not null default 0,
    progress_done integer,
    progress_total integer,
    -- The word for what happens next, and what happened, in words; null where all is well.
    fault_kind text check (fault_kind in
        ('auth', 'throttled', 'transient', 'stale', 'refused', 'drift', 'internal')),
    fault text,
    -- Failures since the last success.
    failures integer not null default 0,
    unique (account_id, stream)
) strict;

-- What came, scrubbed of persons, kept some days so that a later version can read it again.
create table documents (
    id integer primary key,
    account_id integer not null references accounts (id) on delete cascade,
    stream text not null,
    external_id text not null,
    media text not null,
    -- Packed with gzip.
    body blob not null,
    fetched_at integer not null,
    unique (account_id, stream, external_id)
) strict;

create index documents_by_age on documents (account_id, stream, fetched_at);

create table problems (
    id integer primary key,
    account_id integer not null references accounts (id) on delete cascade,
    stream text not null,
    kind text not null check (kind in
        ('fee', 'transaction', 'status', 'column', 'currency', 'unread', 'doubt')),
    -- What it is called or where it stands.
    name text not null,
    what text not null default '',
    -- The document in which it was last seen.
    external_id text not null default '',
    times integer not null,
    first_at integer not null,
    last_at integer not null,
    unique (account_id, stream, kind, name)
) strict;

-- When its due time was set: a clock that is behind it was set back.
alter table jobs add column queued_at integer not null default 0;
alter table jobs add column started_at integer;
alter table jobs add column result text not null default '';

create index jobs_finished on jobs (finished_at) where finished_at is not null;
create index jobs_by_lane on jobs (lane, id);

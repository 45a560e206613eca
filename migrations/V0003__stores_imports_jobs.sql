-- Shops, the files that were read, and the queue of work.

create table stores (
    id integer primary key,
    name text not null unique check (length(name) between 1 and 200),
    currency text not null check (currency glob '[A-Z][A-Z][A-Z]'),
    -- Reads time stamps that bear none; days are always the organisation's.
    time_zone text not null,
    created_at integer not null
) strict;

create table imports (
    id integer primary key,
    format text not null,
    file_name text not null,
    file_hash blob check (length(file_hash) = 32),
    file_bytes integer not null default 0,
    store_id integer references stores (id),
    user_id integer references users (id) on delete set null,
    state text not null check (state in ('running', 'done', 'failed', 'undone')),
    started_at integer not null,
    finished_at integer,
    accepted integer not null default 0,
    unchanged integer not null default 0,
    refused integer not null default 0,
    fault text
) strict;

create table refused_rows (
    id integer primary key,
    import_id integer not null references imports (id) on delete cascade,
    line integer not null,
    column_name text not null,
    reason text not null,
    -- Only the columns that the format reads, and no buyer's data.
    raw text not null
) strict;

create index refused_rows_by_import on refused_rows (import_id, line);

create table import_notices (
    id integer primary key,
    import_id integer not null references imports (id) on delete cascade,
    line integer not null,
    what text not null
) strict;

create index import_notices_by_import on import_notices (import_id, line);

create table jobs (
    id integer primary key,
    kind text not null,
    -- Jobs of one lane run one after the other.
    lane text not null,
    payload text not null,
    state text not null check (state in ('due', 'leased', 'done', 'failed', 'dead')),
    -- Two jobs with one key that are not finished are one job.
    dedupe_key text,
    due_at integer not null,
    leased_until_at integer,
    attempts integer not null default 0,
    progress_done integer not null default 0,
    progress_total integer,
    fault text,
    created_at integer not null,
    finished_at integer
) strict;

create index jobs_open on jobs (due_at, id) where state in ('due', 'leased', 'failed');
create unique index jobs_by_dedupe on jobs (kind, dedupe_key)
    where state in ('due', 'failed') and dedupe_key is not null;

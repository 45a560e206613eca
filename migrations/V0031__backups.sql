-- What the schedule made, or could not make; and when a restore was rehearsed.

create table backups (
    id integer primary key,
    -- Where it was to lie.
    path text not null,
    began_at integer not null,
    -- When it was opened again and found whole; null for one that failed.
    verified_at integer,
    bytes integer,
    orders integer,
    -- Why it was not made; null for one that was.
    fault text,
    check ((verified_at is null) = (fault is not null))
) strict;

create index backups_by_time on backups (began_at);

create table restore_drills (
    id integer primary key,
    path text not null,
    drilled_at integer not null,
    -- When the backup was made that was restored; null where it could not be opened.
    made_at integer,
    -- What its books hold and what the live ones held then.
    orders integer,
    live_orders integer,
    net_profit integer,
    live_net_profit integer,
    currency text,
    -- What was wrong; null where nothing was.
    fault text
) strict;

create index restore_drills_by_time on restore_drills (drilled_at);

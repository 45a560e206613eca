-- What a seller assumes, kept to be opened and compared again. No figure of the books rests on it.

create table scenarios (
    id integer primary key,
    name text not null check (length(name) between 1 and 80),
    -- As `domain/scenario` writes it, with its version.
    definition text not null check (json_valid(definition)),
    changed_by text not null default '',
    changed_at integer not null,
    -- Taken out of the list; it can be put back.
    deleted_at integer,
    -- For which days, stores and basis it is to be counted in the background; none: nothing is.
    wanted text check (json_valid(wanted)),
    -- What it was last counted for, what that came to, and the change of the books known then.
    asked text check (json_valid(asked)),
    result text check (json_valid(result)),
    result_version integer,
    counted_at integer,
    check ((result is null) = (asked is null)),
    check ((result is null) = (result_version is null))
) strict;

create index scenarios_listed on scenarios (changed_at, id) where deleted_at is null;

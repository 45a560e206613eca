-- The server through which mail goes, who wants which, and the one outbox; where people came in
-- from before; and the notes of support that somebody keeps for themselves or a helper.

create table mail_server (
    id integer primary key check (id = 1),
    host text not null,
    port integer not null check (port between 1 and 65535),
    -- There is no third way: plain is never sent.
    security text not null check (security in ('starttls', 'tls')),
    user_name text not null,
    -- Sealed in the vault; null for a server of one's own that asks for none.
    password_sealed blob,
    from_address text not null,
    from_name text not null,
    -- The only certificate authority that is believed, where the owner named one.
    root_pem text not null default '',
    private_network integer not null default 0 check (private_network between 0 and 1),
    updated_at integer not null
) strict;

-- Only what somebody chose; who chose nothing gets what their role gets.
create table mail_wishes (
    user_id integer not null references users (id) on delete cascade,
    kind text not null,
    is_wanted integer not null check (is_wanted between 0 and 1),
    primary key (user_id, kind)
) strict, without rowid;

create table mails (
    id integer primary key,
    -- The same at every try, so that a server which got it twice can tell.
    message_id text not null unique,
    kind text not null check (kind in ('invitation', 'password_reset', 'new_sign_in',
        'sync_attention', 'backup_failed', 'low_disk')),
    to_address text not null,
    -- What it tells, as JSON; nothing of a buyer and nothing secret.
    facts text not null,
    -- A link that opens a door, sealed in the vault; null without one, and once it is sent.
    link_sealed blob,
    state text not null check (state in ('due', 'sending', 'sent', 'dead')),
    attempts integer not null default 0,
    -- How often it was handed over without hearing what became of it.
    unheard integer not null default 0,
    -- What came of the last try, in words.
    answer text not null default '',
    created_at integer not null,
    due_at integer not null,
    finished_at integer,
    check ((finished_at is null) = (state in ('due', 'sending')))
) strict;

create index mails_by_state on mails (state, id);

-- Digests of where somebody came in from, and with what, so that something new is noticed.
create table sign_in_origins (
    user_id integer not null references users (id) on delete cascade,
    digest blob not null check (length(digest) = 32),
    seen_at integer not null,
    primary key (user_id, digest)
) strict, without rowid;

create table notes (
    id integer primary key,
    title text not null,
    state text not null check (state in ('open', 'waiting', 'closed')),
    author_id integer references users (id) on delete set null,
    -- As it was called then, so that the note outlives the account.
    author text not null,
    helper_id integer references users (id) on delete set null,
    helper text not null default '',
    created_at integer not null,
    changed_at integer not null,
    closed_at integer,
    check ((closed_at is null) = (state <> 'closed'))
) strict;

create table note_entries (
    id integer primary key,
    note_id integer not null references notes (id) on delete cascade,
    at integer not null,
    who text not null,
    kind text not null check (kind in ('text', 'state', 'file')),
    -- What was written, the new state, or the file's name.
    body text not null
) strict;

create index note_entries_by_note on note_entries (note_id, id);

create table note_files (
    id integer primary key,
    note_id integer not null references notes (id) on delete cascade,
    name text not null,
    bytes blob not null,
    who text not null,
    added_at integer not null
) strict;

create index note_files_by_note on note_files (note_id, id);

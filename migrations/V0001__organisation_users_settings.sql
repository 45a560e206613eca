-- Who we are, who may come in, and what was chosen.
-- `*_at` are microseconds since 1970 in UTC; `*_day` are days since 1970-01-01.

CREATE TABLE organisation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL DEFAULT '',
    currency TEXT CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    currency_chosen INTEGER NOT NULL DEFAULT 0 CHECK (currency_chosen IN (0, 1)),
    time_zone TEXT,
    time_zone_chosen INTEGER NOT NULL DEFAULT 0 CHECK (time_zone_chosen IN (0, 1)),
    cost_method TEXT NOT NULL DEFAULT 'dated' CHECK (cost_method IN ('dated', 'fifo', 'average')),
    vat_registered INTEGER NOT NULL DEFAULT 1 CHECK (vat_registered IN (0, 1)),
    locale TEXT NOT NULL DEFAULT 'en',
    theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    -- Grows whenever figures may have changed; pages and caches compare it.
    books_version INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO organisation (id) VALUES (1);

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    name TEXT NOT NULL DEFAULT '',
    -- Argon2id in its own text form, which bears its parameters; null until one is set.
    password_hash TEXT,
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'analyst', 'fulfilment', 'viewer')),
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at INTEGER NOT NULL,
    password_set_at INTEGER
) STRICT;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, seen_at);

CREATE TABLE one_time_links (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    purpose TEXT NOT NULL CHECK (purpose IN ('set_up', 'sign_in')),
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

-- One row per account and per address that failed lately. Names are hashed: what somebody typed
-- into the e-mail field may be a password.
CREATE TABLE login_attempts (
    bucket TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    blocked_until_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'analyst', 'fulfilment', 'viewer')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

-- A revoked name may be given again.
CREATE UNIQUE INDEX api_tokens_by_name ON api_tokens (name) WHERE revoked_at IS NULL;

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- People: the stores that somebody is limited to, second factors, invitations; and the log of
-- everything that people do, which only grows.

-- Whoever is limited sees the stores named below and no others, also when none is left.
ALTER TABLE users ADD COLUMN limited INTEGER NOT NULL DEFAULT 0 CHECK (limited IN (0, 1));
-- The secret of the second factor, sealed by the vault: one that is being set up, one in force.
ALTER TABLE users ADD COLUMN totp_pending BLOB;
ALTER TABLE users ADD COLUMN totp_sealed BLOB;
-- The last step of 30 seconds whose code was used; a code is good for later ones only.
ALTER TABLE users ADD COLUMN totp_step INTEGER;

ALTER TABLE api_tokens ADD COLUMN limited INTEGER NOT NULL DEFAULT 0 CHECK (limited IN (0, 1));
ALTER TABLE api_tokens ADD COLUMN used_at INTEGER;

CREATE TABLE user_stores (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    store_id INTEGER NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, store_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE token_stores (
    token_id INTEGER NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
    store_id INTEGER NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
    PRIMARY KEY (token_id, store_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    code_hash BLOB PRIMARY KEY CHECK (length(code_hash) = 32),
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    used_at INTEGER
) STRICT;

CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- A link may now also invite somebody, or let them choose a new password.
CREATE TABLE one_time_links_wider (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    purpose TEXT NOT NULL CHECK (purpose IN ('set_up', 'sign_in', 'invite', 'reset')),
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

INSERT INTO one_time_links_wider (token_hash, purpose, user_id, created_at, expires_at, used_at)
SELECT token_hash, purpose, user_id, created_at, expires_at, used_at FROM one_time_links;

DROP TABLE one_time_links;
ALTER TABLE one_time_links_wider RENAME TO one_time_links;

-- Every row bears the digest of itself and of the row before, and a tag that only the vault can
-- make; rows that were written while the vault was locked are covered by the next tag.
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- An address, a token's name; empty for a command and for people who are not known.
    who TEXT NOT NULL,
    -- The address on the network, or `command line`.
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    before TEXT,
    after TEXT,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    mac BLOB CHECK (length(mac) = 32)
) STRICT;

CREATE INDEX audit_log_by_time ON audit_log (at);

-- Where the log ends: whoever cuts rows off cannot make the tag of an earlier end.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    row_id INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    mac BLOB CHECK (length(mac) = 32)
) STRICT;

-- Where the log begins, once its oldest rows have been kept long enough.
CREATE TABLE audit_anchor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    row_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    mac BLOB CHECK (length(mac) = 32)
) STRICT;

CREATE TRIGGER audit_log_is_not_altered BEFORE UPDATE ON audit_log
BEGIN
    SELECT raise(ABORT, 'the audit log is only appended to');
END;

CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log
WHEN OLD.id > coalesce((SELECT row_id FROM audit_anchor), 0)
BEGIN
    SELECT raise(ABORT, 'the audit log is only appended to');
END;

-- Sealed keys. What opens them lies in the key file, outside this file.

-- Each slot holds the same key-encryption key, sealed for another opener.
CREATE TABLE key_slots (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('key_file', 'passphrase', 'recovery')),
    -- Parameters of the derivation, where the opener is a passphrase or a code.
    params TEXT,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    sealed BLOB NOT NULL,
    key_check BLOB NOT NULL CHECK (length(key_check) = 16),
    created_at INTEGER NOT NULL
) STRICT;

-- Data keys, sealed under the key-encryption key: `customer`, later one per connection.
CREATE TABLE sealed_keys (
    name TEXT PRIMARY KEY,
    key_id INTEGER NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    key_check BLOB NOT NULL CHECK (length(key_check) = 16),
    created_at INTEGER NOT NULL
) STRICT;

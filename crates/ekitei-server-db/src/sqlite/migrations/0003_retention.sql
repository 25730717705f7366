-- What retention has removed, so that it is not looked at again, and the hashes of bytes that are gone.
CREATE TABLE purged (record BLOB PRIMARY KEY, purged_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE purged_bytes (sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, purged_ms INTEGER NOT NULL) WITHOUT ROWID;
ALTER TABLE quarantine ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
CREATE INDEX records_ended ON records (changed_ms) WHERE deleted = 1;
CREATE INDEX records_conflict ON records (parent) WHERE kind = 'conflict';
CREATE INDEX quarantine_settled ON quarantine (settled_ms) WHERE state <> 'open' AND purged = 0;

-- What retention has removed, so that it is not looked at again, and the hashes of bytes that are gone.
CREATE TABLE purged (record uuid PRIMARY KEY, purged_ms bigint NOT NULL);
CREATE TABLE purged_bytes (sha256 text COLLATE "C" PRIMARY KEY, bytes bigint NOT NULL, purged_ms bigint NOT NULL);
ALTER TABLE quarantine ADD COLUMN purged boolean NOT NULL DEFAULT false;
CREATE INDEX records_ended ON records (changed_ms) WHERE deleted;
CREATE INDEX records_conflict ON records (parent) WHERE kind = 'conflict';
CREATE INDEX quarantine_settled ON quarantine (settled_ms) WHERE state <> 'open' AND NOT purged;

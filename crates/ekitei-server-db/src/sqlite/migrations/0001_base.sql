-- Ids are 16-byte blobs, instants milliseconds since 1970 UTC, records and outcomes JSON text.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE scopes (
  scope TEXT PRIMARY KEY,
  head INTEGER NOT NULL DEFAULT 0,
  acl INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE records (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  parent BLOB,
  born_seq INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  unresolved INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX records_feed ON records (scope, seq);
CREATE UNIQUE INDEX records_born ON records (scope, born_seq);
CREATE INDEX records_projection ON records (parent) WHERE kind IN ('case_header', 'assignment');
CREATE INDEX records_case ON records (id) WHERE kind = 'case';
CREATE INDEX records_unresolved ON records (scope) WHERE unresolved = 1;

CREATE TABLE history (
  scope TEXT NOT NULL,
  seq INTEGER NOT NULL,
  record BLOB NOT NULL,
  replaced_by BLOB NOT NULL,
  replaced_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, seq)
) WITHOUT ROWID;
CREATE INDEX history_record ON history (record);

CREATE TABLE ops (
  op_id BLOB PRIMARY KEY,
  device BLOB NOT NULL,
  staff TEXT NOT NULL,
  lane INTEGER,
  generation INTEGER,
  op_seq INTEGER,
  record BLOB,
  at_ms INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE lanes (
  device BLOB NOT NULL,
  lane INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  high_water INTEGER NOT NULL,
  PRIMARY KEY (device, lane, generation)
) WITHOUT ROWID;

CREATE TABLE waiting (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  op_id BLOB NOT NULL UNIQUE,
  needs BLOB NOT NULL,
  device BLOB NOT NULL,
  staff TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
);
CREATE INDEX waiting_needs ON waiting (needs);

CREATE TABLE quarantine (
  id BLOB PRIMARY KEY,
  scope TEXT NOT NULL,
  record BLOB,
  reason TEXT NOT NULL,
  device BLOB NOT NULL,
  staff TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  settled_by TEXT,
  settled_ms INTEGER,
  bytes BLOB NOT NULL
);
CREATE INDEX quarantine_open ON quarantine (since_ms) WHERE state = 'open';

CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  kana TEXT NOT NULL,
  folded TEXT NOT NULL,
  body TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE passwords (staff TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE codes (
  code_hash TEXT PRIMARY KEY,
  staff TEXT NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER,
  used_by BLOB
) WITHOUT ROWID;

CREATE TABLE devices (
  id BLOB PRIMARY KEY,
  staff TEXT NOT NULL,
  state TEXT NOT NULL,
  console INTEGER NOT NULL,
  public_key TEXT NOT NULL,
  recipient TEXT NOT NULL,
  model TEXT NOT NULL,
  enrolled_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  report TEXT NOT NULL
);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  staff TEXT NOT NULL,
  device BLOB NOT NULL,
  opened_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE uploads (
  id BLOB PRIMARY KEY,
  device BLOB NOT NULL,
  record BLOB NOT NULL,
  variant TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  cipher_sha256 TEXT NOT NULL,
  key_id TEXT,
  length_bytes INTEGER NOT NULL,
  offset_bytes INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  done INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  UNIQUE (device, record, variant, cipher_sha256)
);
CREATE INDEX uploads_expiry ON uploads (expires_ms);

CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  stored_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Which verified bytes came for which record. The record may not be here yet.
CREATE TABLE arrivals (
  record BLOB NOT NULL,
  variant TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  stored_ms INTEGER NOT NULL,
  PRIMARY KEY (record, variant, sha256)
) WITHOUT ROWID;
CREATE INDEX arrivals_blob ON arrivals (sha256);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  record BLOB NOT NULL,
  run_after_ms INTEGER NOT NULL,
  lease_until_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  done INTEGER NOT NULL,
  last_error TEXT,
  created_ms INTEGER NOT NULL
);
CREATE INDEX jobs_open ON jobs (run_after_ms) WHERE done = 0;

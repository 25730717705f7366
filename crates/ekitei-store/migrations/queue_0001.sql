-- Small values: credential, wrapped vault key, epoch, line state, PIN count, settings.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Counts every change of `ops` and `dropped`, so that the vault can ask for what it lacks.
CREATE TABLE change_counter (value INTEGER NOT NULL) STRICT;
INSERT INTO change_counter VALUES (0);

CREATE TABLE lanes (
  lane INTEGER PRIMARY KEY CHECK (lane BETWEEN 0 AND 2),
  generation INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,   -- what the next operation gets that enters a batch
  acked INTEGER NOT NULL       -- everything up to here is answered
) STRICT;
INSERT INTO lanes VALUES (0, 1, 1, 0), (1, 1, 1, 0), (2, 1, 1, 0);

CREATE TABLE ops (
  ord INTEGER PRIMARY KEY AUTOINCREMENT,   -- the order in which they were written
  op_id BLOB NOT NULL UNIQUE,
  record BLOB NOT NULL,
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  lane INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2),
  body TEXT NOT NULL,                      -- the line as it travels
  bytes INTEGER NOT NULL,
  proto INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,                  -- 0 open, 1 frozen, 2 answered, 3 parked, 4 refused
  generation INTEGER,
  op_seq INTEGER,
  outcome TEXT,
  answered_ms INTEGER,
  fault TEXT,
  hidden INTEGER NOT NULL DEFAULT 0,       -- 1: the scope was lost; still delivered, no longer shown
  change INTEGER NOT NULL,
  CHECK ((op_seq IS NULL) = (generation IS NULL)),
  CHECK (state <> 0 OR op_seq IS NULL)
) STRICT;
CREATE UNIQUE INDEX ops_seq ON ops (lane, generation, op_seq) WHERE op_seq IS NOT NULL;
CREATE INDEX ops_unnumbered ON ops (lane, ord) WHERE state < 2 AND op_seq IS NULL;
CREATE INDEX ops_waiting ON ops (state, ord) WHERE state <> 2;
CREATE INDEX ops_record ON ops (record, ord);
CREATE INDEX ops_change ON ops (change);

-- The lane of each record made here: its later operations use the same one, also when all is sent again after a restore.
CREATE TABLE record_lanes (record BLOB PRIMARY KEY, lane INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Operations that a person took back, or that go on under another id: the vault forgets them too.
CREATE TABLE dropped (op_id BLOB PRIMARY KEY, change INTEGER NOT NULL) STRICT;
CREATE INDEX dropped_change ON dropped (change);

-- Sealed files on this phone.
CREATE TABLE blobs (
  record BLOB NOT NULL,
  variant TEXT NOT NULL,
  scope TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  plain_bytes INTEGER NOT NULL,
  cipher_sha256 TEXT NOT NULL,
  cipher_bytes INTEGER NOT NULL,
  key_id TEXT,                             -- the office key it is also sealed to; NULL: fetched, for this phone only
  name TEXT NOT NULL,                      -- below blobs/
  made_ms INTEGER NOT NULL,
  PRIMARY KEY (record, variant)
) STRICT;
CREATE INDEX blobs_name ON blobs (name);
CREATE INDEX blobs_scope ON blobs (scope);
CREATE INDEX blobs_content ON blobs (sha256, variant);

-- Files whose last row is gone; deleted after the commit.
CREATE TABLE doomed (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (
  item INTEGER PRIMARY KEY AUTOINCREMENT,
  record BLOB NOT NULL,
  variant TEXT NOT NULL,
  scope TEXT NOT NULL,
  lane INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  plain_bytes INTEGER NOT NULL,
  cipher_sha256 TEXT NOT NULL,
  cipher_bytes INTEGER NOT NULL,
  key_id TEXT,
  name TEXT NOT NULL,
  url TEXT,
  sent_bytes INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 0,        -- 0 waiting, 2 done, 3 parked
  fault TEXT,
  hidden INTEGER NOT NULL DEFAULT 0,
  at_ms INTEGER NOT NULL,
  done_ms INTEGER,
  UNIQUE (record, variant)
) STRICT;
CREATE INDEX uploads_waiting ON uploads (lane, item) WHERE state = 0;
CREATE INDEX uploads_parked ON uploads (item) WHERE state = 3;
CREATE INDEX uploads_scope ON uploads (scope);
CREATE INDEX uploads_name ON uploads (name);

-- Files of others that this phone would like to have.
CREATE TABLE downloads (
  record BLOB NOT NULL,
  variant TEXT NOT NULL,
  scope TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  plain_bytes INTEGER NOT NULL,
  rank INTEGER NOT NULL,                   -- lower first: 0 a person waits, 1 thumbnails, 2 at leisure
  at_ms INTEGER NOT NULL,
  fault TEXT,                              -- given up until asked again
  PRIMARY KEY (record, variant)
) STRICT;
CREATE INDEX downloads_next ON downloads (rank, at_ms) WHERE fault IS NULL;

CREATE TABLE follow (
  scope TEXT PRIMARY KEY,
  standing INTEGER NOT NULL DEFAULT 0,
  assigned INTEGER NOT NULL DEFAULT 0,
  asked INTEGER NOT NULL DEFAULT 0,
  used_ms INTEGER NOT NULL,
  denied INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What has been fetched, in the current epoch.
CREATE TABLE cursors (
  scope TEXT PRIMARY KEY,
  after INTEGER NOT NULL,
  before INTEGER,                          -- NULL: nothing older is left
  head INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Fetched and not yet in the vault, sealed to this phone.
CREATE TABLE pages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  epoch TEXT NOT NULL,
  header TEXT,                             -- NULL: erase the scope
  sealed BLOB
) STRICT;

-- Rows written before the camera opens.
CREATE TABLE captures (name TEXT PRIMARY KEY, case_id BLOB NOT NULL, visit BLOB, at_ms INTEGER NOT NULL) STRICT;

CREATE TABLE notices (id INTEGER PRIMARY KEY AUTOINCREMENT, fault TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;

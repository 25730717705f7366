CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Server state, written only from pages.
CREATE TABLE mirror (
  rid INTEGER PRIMARY KEY,
  record BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  parent BLOB,
  seq INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  epoch INTEGER NOT NULL,      -- number of the office's epoch that confirmed it (see meta "epoch-no")
  sort_ms INTEGER NOT NULL,    -- when it happened: planned, taken, written, made
  key TEXT,                    -- case number, staff id
  body TEXT NOT NULL
) STRICT;
CREATE INDEX mirror_scope ON mirror (scope, kind, sort_ms);
CREATE INDEX mirror_kind ON mirror (kind, sort_ms);
CREATE INDEX mirror_parent ON mirror (parent) WHERE parent IS NOT NULL;
CREATE INDEX mirror_key ON mirror (kind, key) WHERE key IS NOT NULL;

-- This phone's operations: the overlay, and what is retained.
CREATE TABLE ops (
  op_id BLOB PRIMARY KEY,
  ord INTEGER NOT NULL,
  record BLOB NOT NULL,
  draft BLOB,                  -- of a publish
  about BLOB,                  -- of a resolution: the record that its conflict is about
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  lane INTEGER NOT NULL,
  body TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,      -- 0 waiting, 1 answered and still in the overlay, 2 settled, 3 a person must look
  outcome TEXT,
  out_scope TEXT,
  out_seq INTEGER,
  answered_ms INTEGER
) STRICT;
CREATE INDEX ops_record ON ops (record) WHERE state <> 2;
CREATE INDEX ops_draft ON ops (draft) WHERE draft IS NOT NULL AND state <> 2;
CREATE INDEX ops_about ON ops (about) WHERE about IS NOT NULL AND state <> 2;
CREATE INDEX ops_scope ON ops (scope, kind) WHERE state <> 2;
CREATE INDEX ops_kind ON ops (kind) WHERE state <> 2;
CREATE INDEX ops_unsettled ON ops (out_scope, out_seq) WHERE state = 1;
CREATE INDEX ops_answered ON ops (answered_ms) WHERE answered_ms IS NOT NULL;

-- How far the mirror has come, scope by scope.
CREATE TABLE scopes (
  scope TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  after INTEGER NOT NULL,
  head INTEGER NOT NULL,
  complete INTEGER NOT NULL    -- nothing older is missing
) STRICT, WITHOUT ROWID;

-- The search index holds tokens only. Row ids grow with time, so newest first needs no sorting.
CREATE VIRTUAL TABLE texts USING fts5 (tokens, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '5');
CREATE TABLE docs (
  rid INTEGER PRIMARY KEY,
  record BLOB NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  digest INTEGER NOT NULL
) STRICT;
CREATE INDEX docs_scope ON docs (scope);

-- The directory, folded for finding by any part of name, reading or section.
CREATE TABLE people (record BLOB PRIMARY KEY, kana TEXT NOT NULL, folded TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What is being typed.
CREATE TABLE drafts (key TEXT PRIMARY KEY, value TEXT NOT NULL, saved_ms INTEGER NOT NULL) STRICT;

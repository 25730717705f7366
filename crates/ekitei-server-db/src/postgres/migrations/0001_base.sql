-- Instants are milliseconds since 1970 UTC, records and outcomes JSON text (not jsonb: it travels as it stands, and
-- jsonb refuses the zero character). Collation "C": the order of bytes, as in SQLite.
CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL);

CREATE TABLE scopes (
  scope text COLLATE "C" PRIMARY KEY,
  head bigint NOT NULL DEFAULT 0,
  acl bigint NOT NULL DEFAULT 0
);

CREATE TABLE records (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  scope text COLLATE "C" NOT NULL,
  parent uuid,
  born_seq bigint NOT NULL,
  seq bigint NOT NULL,
  deleted boolean NOT NULL,
  unresolved boolean NOT NULL,
  changed_ms bigint NOT NULL,
  body text NOT NULL
);
CREATE UNIQUE INDEX records_feed ON records (scope, seq);
CREATE UNIQUE INDEX records_born ON records (scope, born_seq);
CREATE INDEX records_projection ON records (parent) WHERE kind IN ('case_header', 'assignment');
CREATE INDEX records_case ON records (id) WHERE kind = 'case';
CREATE INDEX records_unresolved ON records (scope) WHERE unresolved;

CREATE TABLE history (
  scope text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  record uuid NOT NULL,
  replaced_by uuid NOT NULL,
  replaced_ms bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (scope, seq)
);
CREATE INDEX history_record ON history (record);

CREATE TABLE ops (
  op_id uuid PRIMARY KEY,
  device uuid NOT NULL,
  staff text NOT NULL,
  lane integer,
  generation bigint,
  op_seq bigint,
  record uuid,
  at_ms bigint NOT NULL,
  received_ms bigint NOT NULL,
  outcome text NOT NULL
);

CREATE TABLE lanes (
  device uuid NOT NULL,
  lane integer NOT NULL,
  generation bigint NOT NULL,
  high_water bigint NOT NULL,
  PRIMARY KEY (device, lane, generation)
);

CREATE TABLE waiting (
  arrival bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  op_id uuid NOT NULL UNIQUE,
  needs uuid NOT NULL,
  device uuid NOT NULL,
  staff text NOT NULL,
  since_ms bigint NOT NULL,
  bytes bytea NOT NULL
);
CREATE INDEX waiting_needs ON waiting (needs);

CREATE TABLE quarantine (
  id uuid PRIMARY KEY,
  scope text COLLATE "C" NOT NULL,
  record uuid,
  reason text NOT NULL,
  device uuid NOT NULL,
  staff text NOT NULL,
  since_ms bigint NOT NULL,
  state text NOT NULL,
  settled_by text,
  settled_ms bigint,
  bytes bytea NOT NULL
);
CREATE INDEX quarantine_open ON quarantine (since_ms) WHERE state = 'open';

CREATE TABLE staff (
  id text COLLATE "C" PRIMARY KEY,
  kana text COLLATE "C" NOT NULL,
  folded text NOT NULL,
  body text NOT NULL
);

CREATE TABLE passwords (staff text PRIMARY KEY, hash text NOT NULL);

CREATE TABLE codes (
  code_hash text PRIMARY KEY,
  staff text NOT NULL,
  expires_ms bigint NOT NULL,
  used_ms bigint,
  used_by uuid
);

CREATE TABLE devices (
  id uuid PRIMARY KEY,
  staff text NOT NULL,
  state text NOT NULL,
  console boolean NOT NULL,
  public_key text NOT NULL,
  recipient text NOT NULL,
  model text NOT NULL,
  enrolled_ms bigint NOT NULL,
  last_seen_ms bigint NOT NULL,
  report text NOT NULL
);

CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  staff text NOT NULL,
  device uuid NOT NULL,
  opened_ms bigint NOT NULL,
  seen_ms bigint NOT NULL,
  expires_ms bigint NOT NULL
);

CREATE TABLE uploads (
  id uuid PRIMARY KEY,
  device uuid NOT NULL,
  record uuid NOT NULL,
  variant text NOT NULL,
  sha256 text NOT NULL,
  cipher_sha256 text NOT NULL,
  key_id text,
  length_bytes bigint NOT NULL,
  offset_bytes bigint NOT NULL,
  fence bigint NOT NULL,
  done boolean NOT NULL,
  created_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  UNIQUE (device, record, variant, cipher_sha256)
);
CREATE INDEX uploads_expiry ON uploads (expires_ms);

CREATE TABLE blobs (
  sha256 text COLLATE "C" PRIMARY KEY,
  bytes bigint NOT NULL,
  media_type text NOT NULL,
  stored_ms bigint NOT NULL
);

-- Which verified bytes came for which record. The record may not be here yet.
CREATE TABLE arrivals (
  record uuid NOT NULL,
  variant text NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  stored_ms bigint NOT NULL,
  PRIMARY KEY (record, variant, sha256)
);
CREATE INDEX arrivals_blob ON arrivals (sha256);

CREATE TABLE jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  key text NOT NULL UNIQUE,
  record uuid NOT NULL,
  run_after_ms bigint NOT NULL,
  lease_until_ms bigint NOT NULL,
  attempts bigint NOT NULL,
  done boolean NOT NULL,
  last_error text,
  created_ms bigint NOT NULL
);
CREATE INDEX jobs_open ON jobs (run_after_ms) WHERE NOT done;

-- Held messages by the time at which they go: every two seconds somebody looks whether one is due.
CREATE TABLE held_due (record uuid PRIMARY KEY, due_ms bigint NOT NULL);
CREATE INDEX held_due_ms ON held_due (due_ms);
INSERT INTO held_due (record, due_ms)
  SELECT id, floor(extract(epoch FROM (body::jsonb #>> '{fields,until}')::timestamptz))::bigint * 1000
  FROM records WHERE kind = 'held' AND NOT deleted AND body::jsonb #> '{fields,refused}' IS NULL;

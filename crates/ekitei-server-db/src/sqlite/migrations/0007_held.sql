-- Held messages by the time at which they go: every two seconds somebody looks whether one is due.
CREATE TABLE held_due (record BLOB PRIMARY KEY, due_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX held_due_ms ON held_due (due_ms);
INSERT INTO held_due (record, due_ms)
  SELECT id, coalesce(CAST(strftime('%s', json_extract(body, '$.fields.until')) AS INTEGER), 0) * 1000
  FROM records WHERE kind = 'held' AND deleted = 0 AND json_extract(body, '$.fields.refused') IS NULL;

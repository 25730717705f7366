-- Rooms: held messages by room, attachments by message, times of a section, what messages say (folded) for the search.
CREATE INDEX records_held ON records (parent) WHERE kind = 'held' AND deleted = 0;
CREATE INDEX records_attached ON records (parent) WHERE kind IN ('photo', 'file', 'reaction', 'pin') AND parent IS NOT NULL;
CREATE INDEX records_times ON records (scope) WHERE kind IN ('hours', 'duty') AND deleted = 0;
CREATE INDEX records_messages ON records (scope, born_seq) WHERE kind IN ('message', 'call') AND deleted = 0;
CREATE INDEX records_calls ON records (changed_ms) WHERE kind = 'call' AND deleted = 0;
CREATE INDEX records_entries ON records (scope) WHERE kind = 'room_entry' AND deleted = 0;
CREATE INDEX records_marks ON records (scope) WHERE kind = 'mark';
CREATE TABLE words (
  record BLOB PRIMARY KEY,
  scope TEXT NOT NULL,
  folded TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX words_scope ON words (scope);
-- Who ever held a post in a section.
CREATE TABLE posts (section TEXT NOT NULL, staff TEXT NOT NULL, PRIMARY KEY (section, staff)) WITHOUT ROWID;
CREATE INDEX posts_staff ON posts (staff);
INSERT OR IGNORE INTO posts (section, staff)
  SELECT json_extract(p.value, '$.section'), s.id FROM staff s, json_each(s.body, '$.posts') p;
-- Photos that were shared into rooms, by the photo whose bytes they have.
CREATE TABLE shared (source BLOB NOT NULL, record BLOB NOT NULL, PRIMARY KEY (source, record)) WITHOUT ROWID;

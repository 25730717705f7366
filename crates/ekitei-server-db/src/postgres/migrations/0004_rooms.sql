-- Rooms: held messages by room, attachments by message, times of a section, what messages say (folded) for the search.
CREATE INDEX records_held ON records (parent) WHERE kind = 'held' AND NOT deleted;
CREATE INDEX records_attached ON records (parent) WHERE kind IN ('photo', 'file', 'reaction', 'pin') AND parent IS NOT NULL;
CREATE INDEX records_times ON records (scope) WHERE kind IN ('hours', 'duty') AND NOT deleted;
CREATE INDEX records_messages ON records (scope, born_seq) WHERE kind IN ('message', 'call') AND NOT deleted;
CREATE INDEX records_calls ON records (changed_ms) WHERE kind = 'call' AND NOT deleted;
CREATE INDEX records_entries ON records (scope) WHERE kind = 'room_entry' AND NOT deleted;
CREATE INDEX records_marks ON records (scope) WHERE kind = 'mark';
CREATE TABLE words (
  record uuid PRIMARY KEY,
  scope text COLLATE "C" NOT NULL,
  folded text NOT NULL
);
CREATE INDEX words_scope ON words (scope);
-- Who ever held a post in a section.
CREATE TABLE posts (section text COLLATE "C" NOT NULL, staff text COLLATE "C" NOT NULL, PRIMARY KEY (section, staff));
CREATE INDEX posts_staff ON posts (staff);
INSERT INTO posts (section, staff)
  SELECT DISTINCT p ->> 'section', s.id FROM staff s, jsonb_array_elements(s.body::jsonb -> 'posts') p;
-- Photos that were shared into rooms, by the photo whose bytes they have.
CREATE TABLE shared (source uuid NOT NULL, record uuid NOT NULL, PRIMARY KEY (source, record));

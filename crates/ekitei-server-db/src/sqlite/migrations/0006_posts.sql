-- Posts with their days: how many people are in a room of sections, and the first of them, without reading everybody.
DROP TABLE posts;
CREATE TABLE posts (
  section TEXT NOT NULL,
  staff TEXT NOT NULL,
  role TEXT NOT NULL,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  PRIMARY KEY (section, staff, role, from_day, to_day)
) WITHOUT ROWID;
CREATE INDEX posts_staff ON posts (staff);
INSERT OR IGNORE INTO posts (section, staff, role, from_day, to_day)
  SELECT json_extract(p.value, '$.section'), s.id, json_extract(p.value, '$.role'),
    coalesce(json_extract(p.value, '$.from'), ''), coalesce(json_extract(p.value, '$.to'), '9999-12-31')
  FROM staff s, json_each(s.body, '$.posts') p;

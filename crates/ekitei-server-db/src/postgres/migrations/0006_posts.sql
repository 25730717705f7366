-- Posts with their days: how many people are in a room of sections, and the first of them, without reading everybody.
DROP TABLE posts;
CREATE TABLE posts (
  section text COLLATE "C" NOT NULL,
  staff text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  from_day text COLLATE "C" NOT NULL,
  to_day text COLLATE "C" NOT NULL,
  PRIMARY KEY (section, staff, role, from_day, to_day)
);
CREATE INDEX posts_staff ON posts (staff);
INSERT INTO posts (section, staff, role, from_day, to_day)
  SELECT DISTINCT p ->> 'section', s.id, p ->> 'role', coalesce(p ->> 'from', ''), coalesce(p ->> 'to', '9999-12-31')
  FROM staff s, jsonb_array_elements(s.body::jsonb -> 'posts') p;

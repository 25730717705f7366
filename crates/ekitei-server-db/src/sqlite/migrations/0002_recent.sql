-- The console's view of what arrived last.
CREATE INDEX records_recent ON records (changed_ms) WHERE deleted = 0 AND kind IN ('note', 'photo', 'visit');

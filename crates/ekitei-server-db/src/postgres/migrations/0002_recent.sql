-- The console's view of what arrived last.
CREATE INDEX records_recent ON records (changed_ms) WHERE NOT deleted AND kind IN ('note', 'photo', 'visit');

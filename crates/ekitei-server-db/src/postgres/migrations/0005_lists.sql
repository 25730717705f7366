-- Pieces of lists, for retention: few among the records of everybody.
CREATE INDEX records_lists ON records (changed_ms) WHERE kind = 'form_list' AND NOT deleted;

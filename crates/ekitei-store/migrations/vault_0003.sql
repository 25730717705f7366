-- The messages of a room in the office's order.
CREATE INDEX mirror_room ON mirror (scope, json_extract(body, '$.born_seq')) WHERE kind = 'message' AND deleted = 0;

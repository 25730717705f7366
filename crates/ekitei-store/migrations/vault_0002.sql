-- The last day on which the person holds a post; '' = no end is known. Rows of the former form are made anew from the
-- mirror when the vault is opened (meta 'people-form').
ALTER TABLE people ADD COLUMN until TEXT NOT NULL DEFAULT '';

-- What people do in Zoho to what was copied there, and notifications.

-- Beside what was sent: fields that Zoho holds otherwise and that stay so; fields whose last write was not looked at yet ('*' for all of a record that is
-- new, else a list); fields about which somebody is asked; and whether Zoho deleted the record. None of it where there is nothing to say.
ALTER TABLE link ADD COLUMN held TEXT;
ALTER TABLE link ADD COLUMN unread TEXT;
ALTER TABLE link ADD COLUMN asked TEXT;
ALTER TABLE link ADD COLUMN gone TEXT;

-- When a field that somebody had edited in Zoho was written again: twice within a day is enough.
CREATE TABLE restored (
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    field TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX restored_record ON restored (flow, id, field, at);
CREATE INDEX restored_at ON restored (at);

-- Notifications that were received and not followed yet. The name is what the source calls them, so that one that comes twice is kept once.
CREATE TABLE signal (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (source, name)
) STRICT;

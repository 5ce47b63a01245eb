-- Comparisons of both systems: the result in one sentence, and in numbers as JSON.
CREATE TABLE IF NOT EXISTS comparison (
    at INTEGER PRIMARY KEY,
    cause TEXT NOT NULL,
    agrees INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    summary TEXT NOT NULL
) STRICT;

-- The head of the audit trail moves once for all entries of a piece of work, and only to the last entry.
DROP TRIGGER audit_head_goes_on;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head
WHEN NEW.seq <= OLD.seq OR NEW.seq IS NOT (SELECT max(seq) FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- Whatever number a record ever had was observed in Business Central.
DROP INDEX audit_number;
CREATE INDEX audit_number ON audit (flow, number_key, id) WHERE kind = 'observed';

-- What the window shows: problems in groups, problems that are left alone, and the trail by what happened.

-- A person's word that a record is left alone: who gave it and when, and the fingerprint for which the record had failed. It holds as long as the
-- failure has the same code, for the same state of the source and the same fingerprint.
ALTER TABLE failure ADD COLUMN ignored_by TEXT;
ALTER TABLE failure ADD COLUMN ignored_at INTEGER;
ALTER TABLE failure ADD COLUMN ignored_fingerprint INTEGER REFERENCES fingerprint (place);

-- Problems by cause, open ones and those left alone: everything that counting them takes stands in the index, also what its own condition says.
CREATE INDEX failure_group ON failure (flow, code, waits_flow, problem, retry_at, held, ignored_at) WHERE ignored_at IS NULL;
CREATE INDEX failure_ignored ON failure (flow, code, waits_flow, problem, retry_at, ignored_at) WHERE ignored_at IS NOT NULL;
-- What is left alone is not waited for.
DROP INDEX failure_due;
CREATE INDEX failure_due ON failure (retry_at) WHERE retry_at IS NOT NULL AND ignored_at IS NULL;

-- The trail without its values, for looking through it: what entries are chosen by, those of a kind and flow together, in their order. Words are
-- looked for in one text, which takes two thirds of the time that two take.
CREATE INDEX audit_search ON audit (kind, flow, seq, at, run, (coalesce(number, '') || ' ' || summary));

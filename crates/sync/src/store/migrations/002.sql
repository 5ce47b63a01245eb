-- What the first load needs: match review, bulk jobs, comparisons. Times, ids and keys as in the first version.

-- Match review: what Zoho holds without our key, as far as it can be compared, and what was decided about it.
CREATE TABLE keyless (
    flow TEXT NOT NULL,
    zoho_id TEXT NOT NULL,
    party TEXT NOT NULL,
    PRIMARY KEY (flow, zoho_id)
) STRICT, WITHOUT ROWID;

-- How far the reading of those records has come: behind which record a first reading goes on, and what changed up to when is known.
CREATE TABLE keyless_reading (
    flow TEXT PRIMARY KEY,
    behind TEXT NOT NULL,
    whole INTEGER NOT NULL,
    version INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    looked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether records of a flow may be created; decided once, before its first write.
CREATE TABLE match_gate (
    flow TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    who TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Pairs that may be the same. A pair's number is never given again; what a pair is proposed for has `chosen` set.
CREATE TABLE proposal (
    proposal INTEGER PRIMARY KEY AUTOINCREMENT,
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    zoho_id TEXT NOT NULL,
    class TEXT NOT NULL,
    score INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    chosen INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (flow, id, zoho_id)
) STRICT;
CREATE INDEX proposal_zoho ON proposal (flow, zoho_id);

-- What was decided. `zoho_id` is blank where the record is to be created.
CREATE TABLE match_decision (
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    zoho_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('accept', 'reject', 'create')),
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (flow, id, zoho_id)
) STRICT, WITHOUT ROWID;
-- One record stands for one: neither side is given twice.
CREATE UNIQUE INDEX match_decision_id ON match_decision (flow, id) WHERE kind IN ('accept', 'create');
CREATE UNIQUE INDEX match_decision_zoho ON match_decision (flow, zoho_id) WHERE kind = 'accept';
-- Bulk write jobs that were begun and are not settled. The states are uploading, uploaded, starting, started.
CREATE TABLE bulk_job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    flow TEXT NOT NULL,
    state TEXT NOT NULL,
    columns TEXT NOT NULL,
    file_id TEXT,
    job_id TEXT,
    -- Whether an earlier start of it may have been carried out although no answer came.
    doubtful INTEGER NOT NULL DEFAULT 0,
    begun_at INTEGER NOT NULL
) STRICT;

-- The rows of a job, each with a hash of what was sent; without a job: a row that is left to the records API.
CREATE TABLE bulk_row (
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    job INTEGER REFERENCES bulk_job (number),
    payload_hash TEXT NOT NULL,
    PRIMARY KEY (flow, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_row_job ON bulk_row (flow, job, id);

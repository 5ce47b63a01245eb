-- Times are microseconds since 1970 in UTC. Ids are Business Central's SystemIds as text, hashes SHA-256 in hexadecimal digits.
-- A `number_key` is the number in lower case: Zoho's unique fields do not tell cases apart, and SQLite's NOCASE knows only ASCII.
PRAGMA application_id = 1279543116; -- "LDGL"

CREATE TABLE binding (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    tenant TEXT NOT NULL,
    environment TEXT NOT NULL,
    company_id TEXT NOT NULL,
    company_name TEXT NOT NULL,
    zgid TEXT NOT NULL
) STRICT;

-- Mapping version, org schema and policy in one text; the same few texts stand behind a million records.
CREATE TABLE fingerprint (place INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

-- What Business Central was last seen to say. The texts stand apart, so that a pass over all ids and etags stays small.
CREATE TABLE source (
    place INTEGER PRIMARY KEY,
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    number_key TEXT NOT NULL,
    etag TEXT,
    modified INTEGER,
    hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    posted INTEGER NOT NULL DEFAULT 0,
    gone INTEGER,
    missing INTEGER,
    -- The fingerprint with which everything was last done for this very hash; none when something has to be looked at.
    settled INTEGER REFERENCES fingerprint (place),
    settled_as TEXT,
    UNIQUE (flow, id)
) STRICT;
CREATE INDEX source_number ON source (flow, number_key);
CREATE INDEX source_settled ON source (flow, settled, id);
CREATE INDEX source_changed ON source (flow, changed_at);
CREATE INDEX source_gone ON source (flow, id) WHERE gone IS NOT NULL;
CREATE INDEX source_missing ON source (flow, id) WHERE missing IS NOT NULL;

CREATE TABLE source_text (
    place INTEGER PRIMARY KEY REFERENCES source (place) ON DELETE CASCADE,
    flow TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
-- The persons of a company contact, who are planned anew when it changes hands.
CREATE INDEX source_text_company ON source_text (CASE WHEN json_valid(text) THEN json_extract(text, '$.companyNumber') END)
    WHERE flow = 'contacts';

-- What we last wrote to Zoho, or adopted there.
CREATE TABLE link (
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    zoho_id TEXT NOT NULL,
    number TEXT NOT NULL,
    number_key TEXT NOT NULL,
    sent TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    fingerprint INTEGER NOT NULL REFERENCES fingerprint (place),
    modified_time TEXT,
    verified INTEGER NOT NULL,
    lines TEXT NOT NULL,
    adopted INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    UNIQUE (flow, id)
) STRICT;
CREATE INDEX link_number ON link (flow, number_key);
CREATE INDEX link_zoho ON link (flow, zoho_id);

-- Why a record is not as it should be. A record has at most one failure; its number is never given again.
CREATE TABLE failure (
    problem INTEGER PRIMARY KEY AUTOINCREMENT,
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    class TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    cure TEXT NOT NULL,
    retry TEXT NOT NULL,
    retry_at INTEGER,
    waits_flow TEXT,
    waits_what TEXT,
    attempts INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    source_hash TEXT NOT NULL,
    -- None when the record has to be looked at again whatever its timer says.
    fingerprint INTEGER REFERENCES fingerprint (place),
    held INTEGER NOT NULL,
    UNIQUE (flow, id)
) STRICT;
CREATE INDEX failure_due ON failure (retry_at) WHERE retry_at IS NOT NULL;

CREATE TABLE flow_problem (
    flow TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    cure TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (flow, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE warning (
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (flow, id, position)
) STRICT, WITHOUT ROWID;

-- Append-only; each entry carries a hash over itself and the hash of the one before it. The head tells where the trail ends.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    run TEXT,
    flow TEXT,
    id TEXT,
    number TEXT,
    number_key TEXT,
    kind TEXT NOT NULL,
    summary TEXT NOT NULL,
    before TEXT,
    after TEXT,
    zoho_id TEXT,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_record ON audit (flow, id) WHERE flow IS NOT NULL;
CREATE INDEX audit_number ON audit (flow, number_key, id) WHERE flow IS NOT NULL;
CREATE INDEX audit_at ON audit (at);
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
INSERT INTO audit_head VALUES (1, 0, '');
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head WHEN NEW.seq <> OLD.seq + 1
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

-- Writes that are under way and that no key makes harmless to repeat.
CREATE TABLE intent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    flow TEXT NOT NULL,
    ids TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE watermark (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sweep_clock (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Which customer a company contact stands for.
CREATE TABLE tie (contact_number TEXT PRIMARY KEY, customer TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX tie_customer ON tie (customer);

CREATE TABLE run (
    run_id TEXT PRIMARY KEY,
    trigger TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    outcome TEXT,
    report TEXT
) STRICT;
CREATE INDEX run_started ON run (started_at);
CREATE INDEX run_unfinished ON run (started_at) WHERE finished_at IS NULL;

-- Zoho API credits spent, by minute since 1970.
CREATE TABLE credit (minute INTEGER PRIMARY KEY, spent INTEGER NOT NULL) STRICT;

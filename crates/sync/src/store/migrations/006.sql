-- Documents whose lines change in Business Central: what was last written of their lines, and which row of the subform stands for which line.
CREATE TABLE lines_written (
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (flow, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE line_row (
    flow TEXT NOT NULL,
    id TEXT NOT NULL,
    line TEXT NOT NULL,
    zoho_row TEXT NOT NULL,
    PRIMARY KEY (flow, id, line)
) STRICT, WITHOUT ROWID;

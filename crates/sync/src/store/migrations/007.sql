-- Change capture: what each side was asked to tell, and until when it will.

-- One subscription for each thing on each side. Without a row nobody has been asked; a row whose time is over says that nothing was told since.
CREATE TABLE subscription (
    side TEXT NOT NULL CHECK (side IN ('business_central', 'zoho')),
    about TEXT NOT NULL,
    remote TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    renew_at INTEGER NOT NULL,
    PRIMARY KEY (side, about)
) WITHOUT ROWID;

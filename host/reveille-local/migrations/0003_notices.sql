-- Messages to people, and what the last tick told them. These times have nine digits of a second, so that they sort.

CREATE TABLE notices (
    key      TEXT NOT NULL PRIMARY KEY,
    target   TEXT NOT NULL,
    schedule TEXT,
    -- Null once it was sent: then only the key is still of use.
    message  TEXT,
    at       TEXT NOT NULL,
    due      TEXT NOT NULL,
    expires  TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('waits', 'claimed', 'lost', 'sent')),
    -- Since when it is claimed or lost.
    since    TEXT,
    -- Why it is lost.
    cause    TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX notices_that_wait ON notices (due, at, key) WHERE standing = 'waits';
CREATE INDEX notices_by_age ON notices (at);

-- The schedules that hold and the stops that people were warned of, as JSON.
ALTER TABLE last_tick ADD COLUMN record TEXT;

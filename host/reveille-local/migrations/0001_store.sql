-- What a store keeps. Times are RFC 3339 in UTC, dates are ISO 8601, lists and structures are JSON.

CREATE TABLE items (
    type       TEXT NOT NULL,
    name       TEXT NOT NULL,
    attributes TEXT NOT NULL,
    PRIMARY KEY (type, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE exceptions (
    schedule   TEXT NOT NULL,
    -- Texts of this form sort as the dates do.
    date       TEXT NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    action     TEXT NOT NULL CHECK (action IN ('start', 'stop')),
    -- Minutes after 00:00 of the date; null cancels the turn.
    at_minute  INTEGER,
    by         TEXT NOT NULL,
    reason     TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (schedule, date, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE overrides (
    schedule TEXT NOT NULL PRIMARY KEY,
    want     TEXT NOT NULL CHECK (want IN ('run', 'stop', 'hold')),
    since    TEXT NOT NULL,
    until    TEXT NOT NULL,
    by       TEXT NOT NULL,
    reason   TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       TEXT NOT NULL,
    schedule TEXT NOT NULL,
    subject  TEXT NOT NULL,
    action   TEXT NOT NULL,
    servers  TEXT NOT NULL,
    by       TEXT NOT NULL,
    room     TEXT NOT NULL,
    reason   TEXT NOT NULL,
    error    TEXT
) STRICT;

CREATE INDEX audit_of_schedule ON audit (schedule, id);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT raise(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
BEGIN
    SELECT raise(ABORT, 'the audit is append-only');
END;

CREATE TABLE deliveries (
    key    TEXT NOT NULL PRIMARY KEY,
    at     TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE remembered (
    server TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- At most one row each.
CREATE TABLE lease (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,
    fence  INTEGER NOT NULL,
    until  TEXT NOT NULL
) STRICT;

CREATE TABLE last_tick (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at TEXT NOT NULL
) STRICT;

-- Grows with every write of a kind, also one by hand: what was read under a revision stands as long as it.
CREATE TABLE revisions (
    kind     TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO revisions (kind, revision) VALUES ('items', 0), ('remembered', 0);

CREATE TRIGGER items_insert AFTER INSERT ON items
BEGIN
    UPDATE revisions SET revision = revision + 1 WHERE kind = 'items';
END;

CREATE TRIGGER items_update AFTER UPDATE ON items
BEGIN
    UPDATE revisions SET revision = revision + 1 WHERE kind = 'items';
END;

CREATE TRIGGER items_delete AFTER DELETE ON items
BEGIN
    UPDATE revisions SET revision = revision + 1 WHERE kind = 'items';
END;

CREATE TRIGGER remembered_insert AFTER INSERT ON remembered
BEGIN
    UPDATE revisions SET revision = revision + 1 WHERE kind = 'remembered';
END;

CREATE TRIGGER remembered_update AFTER UPDATE ON remembered
BEGIN
    UPDATE revisions SET revision = revision + 1 WHERE kind = 'remembered';
END;

CREATE TRIGGER remembered_delete AFTER DELETE ON remembered
BEGIN
    UPDATE revisions SET revision = revision + 1 WHERE kind = 'remembered';
END;

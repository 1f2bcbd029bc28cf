-- The simulated fleet. A row says since when a server is in a state; what has become of it since is computed.

CREATE TABLE servers (
    id            TEXT NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('ec2', 'rds-instance', 'rds-cluster')),
    state         TEXT NOT NULL,
    since         TEXT NOT NULL,
    instance_type TEXT,
    schedule      TEXT NOT NULL,
    server_group  TEXT,
    tags          TEXT NOT NULL,
    left_out      TEXT,
    -- Minute of the UTC day at which an RDS server backs itself up.
    backup_minute INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE troubles (
    server  TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    trouble TEXT NOT NULL,
    PRIMARY KEY (server, kind)
) STRICT, WITHOUT ROWID;

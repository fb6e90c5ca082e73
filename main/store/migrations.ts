/**
 * Steps from an empty database to today's, in order; step N leads to `user_version` N+1. A released step is never edited:
 * a change is a new step at the end.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE nodes (
    id TEXT PRIMARY KEY, label TEXT NOT NULL COLLATE NOCASE UNIQUE, created_at TEXT NOT NULL, json TEXT NOT NULL
  ) STRICT;
  CREATE TABLE host_keys (
    node_id TEXT PRIMARY KEY REFERENCES nodes(id) ON DELETE CASCADE,
    type TEXT NOT NULL, fingerprint TEXT NOT NULL, first_seen_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE surveys (
    node_id TEXT PRIMARY KEY REFERENCES nodes(id) ON DELETE CASCADE, json TEXT NOT NULL, at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE node_paths (
    node_id TEXT PRIMARY KEY REFERENCES nodes(id) ON DELETE CASCADE, path TEXT NOT NULL
  ) STRICT;
  CREATE TABLE operations (id TEXT PRIMARY KEY, started_at TEXT NOT NULL, state TEXT NOT NULL, json TEXT NOT NULL) STRICT;
  CREATE INDEX operations_by_start ON operations (started_at);
  CREATE TABLE steps (
    operation_id TEXT NOT NULL REFERENCES operations(id) ON DELETE CASCADE,
    step_id TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (operation_id, step_id)
  ) STRICT;
  CREATE TABLE operation_data (
    operation_id TEXT NOT NULL REFERENCES operations(id) ON DELETE CASCADE,
    key TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (operation_id, key)
  ) STRICT;
  CREATE TABLE backups_index (id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL, node_id TEXT, node_label TEXT,
    text TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_is_never_edited BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only'); END;
  CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'The audit log is append-only'); END;
  `,
  // The proof of a deletion outlives its node, and so does what the proof says of it; a quarantine goes with the node.
  `
  CREATE TABLE certificates (operation_id TEXT PRIMARY KEY, node_id TEXT NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL) STRICT;
  CREATE TABLE quarantines (
    node_id TEXT PRIMARY KEY REFERENCES nodes(id) ON DELETE CASCADE, until TEXT NOT NULL, json TEXT NOT NULL
  ) STRICT;
  CREATE TABLE deleted_nodes (node_id TEXT PRIMARY KEY, at TEXT NOT NULL, json TEXT NOT NULL) STRICT;
  `,
  // What watching remembers goes with its node. `span_ms` is 0 for a point as it was polled, else what it stands for.
  `
  CREATE TABLE points (
    node_id TEXT NOT NULL REFERENCES nodes(id) ON DELETE CASCADE,
    span_ms INTEGER NOT NULL, at INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (node_id, span_ms, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX points_by_age ON points (span_ms, at);
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY, node_id TEXT NOT NULL REFERENCES nodes(id) ON DELETE CASCADE,
    since INTEGER NOT NULL, cleared_at INTEGER, json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alerts_by_clearing ON alerts (cleared_at);
  CREATE TABLE watch_memory (key TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
  `,
]

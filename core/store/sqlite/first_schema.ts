/**
 * Version 1. Ids are uint64 as int64 with the same bits, times are those of the model, text written by others is
 * ANY (see `textIn`). Rows that are listed in the order they came have a `seq`.
 */
export const FIRST_SCHEMA = `
CREATE TABLE node (
  seq INTEGER PRIMARY KEY, node_id INTEGER NOT NULL UNIQUE, owner_id TEXT NOT NULL, owner_name ANY NOT NULL,
  status TEXT NOT NULL, registered_at REAL NOT NULL, last_activated_at REAL, last_deactivated_at REAL,
  unregistered_at REAL, online_until REAL NOT NULL, heartbeat_interval_s REAL NOT NULL, public_key BLOB NOT NULL
) STRICT;
CREATE INDEX node_by_key ON node (public_key);
CREATE INDEX node_by_status ON node (status);

CREATE TABLE run (
  seq INTEGER PRIMARY KEY, run_id INTEGER NOT NULL UNIQUE, series_id INTEGER NOT NULL, fab_id ANY NOT NULL,
  fab_version ANY NOT NULL, fab_hash TEXT NOT NULL, override_config TEXT NOT NULL, federation ANY NOT NULL,
  owner_id TEXT NOT NULL, owner_name ANY NOT NULL, primary_task_id INTEGER NOT NULL,
  primary_task_type TEXT NOT NULL, bytes_sent REAL NOT NULL, bytes_received REAL NOT NULL,
  client_app_runtime_s REAL NOT NULL
) STRICT;
CREATE INDEX run_by_series ON run (series_id);

CREATE TABLE task (
  seq INTEGER PRIMARY KEY, task_id INTEGER NOT NULL UNIQUE, run_id INTEGER NOT NULL, type TEXT NOT NULL,
  status TEXT NOT NULL, sub_status TEXT NOT NULL, details ANY NOT NULL, pending_at REAL NOT NULL,
  starting_at REAL, running_at REAL, finished_at REAL, token_hash TEXT, lease_until REAL, fab_hash TEXT,
  model_ref ANY, connector_ref ANY
) STRICT;
CREATE INDEX task_by_run ON task (run_id);
CREATE INDEX task_by_token ON task (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX task_pending ON task (pending_at) WHERE status = 'pending';
CREATE INDEX task_leased ON task (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE series (
  seq INTEGER PRIMARY KEY, series_id INTEGER NOT NULL UNIQUE, federation ANY NOT NULL, description ANY NOT NULL,
  owner_id TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL
) STRICT;
CREATE TABLE context (series_id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
CREATE TABLE fab (
  hash TEXT PRIMARY KEY, verifications TEXT NOT NULL, components TEXT NOT NULL, content BLOB NOT NULL
) STRICT;

CREATE TABLE message (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL, message_id TEXT NOT NULL,
  src INTEGER NOT NULL, dst INTEGER NOT NULL, reply_to ANY NOT NULL, group_id ANY NOT NULL, ttl REAL NOT NULL,
  type ANY NOT NULL, created_at REAL NOT NULL, src_task INTEGER, dst_task INTEGER, error_code REAL,
  error_reason ANY, complete INTEGER NOT NULL, delivered_at REAL, deliveries INTEGER NOT NULL, confirmed_at REAL,
  UNIQUE (run_id, message_id)
) STRICT;
CREATE INDEX message_by_instruction ON message (run_id, reply_to) WHERE reply_to <> '';
CREATE INDEX message_undelivered ON message (dst, sequence)
  WHERE reply_to = '' AND complete = 1 AND deliveries = 0;

CREATE TABLE object (
  key INTEGER PRIMARY KEY, object_id TEXT NOT NULL UNIQUE, size INTEGER, children TEXT
) STRICT;
CREATE TABLE parcel (
  key INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL, message_id TEXT NOT NULL, src INTEGER NOT NULL,
  dst INTEGER NOT NULL, complete INTEGER NOT NULL, UNIQUE (run_id, message_id)
) STRICT;
CREATE INDEX parcel_by_src ON parcel (run_id, src);
CREATE INDEX parcel_by_dst ON parcel (run_id, dst);
CREATE TABLE member (
  parcel INTEGER NOT NULL, object INTEGER NOT NULL, missing INTEGER NOT NULL, PRIMARY KEY (parcel, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_object ON member (object, missing, parcel);

CREATE TABLE log (
  seq INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, at REAL NOT NULL, text ANY NOT NULL, UNIQUE (run_id, at)
) STRICT;
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL, task_id INTEGER NOT NULL, at REAL NOT NULL,
  event ANY NOT NULL, data ANY NOT NULL
) STRICT;
CREATE INDEX event_by_run ON event (run_id, id);

CREATE TABLE nonce (
  scope TEXT NOT NULL, nonce ANY NOT NULL, until REAL NOT NULL, PRIMARY KEY (scope, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonce_by_until ON nonce (until);
`;

import type { SqlDatabase, SqlRow, SqlValue } from "../../io/ports.ts";
import type { MessageError, Metadata } from "../../model/message.ts";
import type { MessageRows, StoredMessage } from "../store.ts";
import { idIn, idOut, optionalIdIn, present, textIn, textOut } from "./column.ts";

const COLUMNS = [
  "sequence",
  "run_id",
  "message_id",
  "src",
  "dst",
  "reply_to",
  "group_id",
  "ttl",
  "type",
  "created_at",
  "src_task",
  "dst_task",
  "error_code",
  "error_reason",
  "complete",
  "delivered_at",
  "deliveries",
  "confirmed_at",
];

/** {@link MessageRows} in SQLite. */
export function messageRows(database: SqlDatabase): MessageRows {
  const byId = database.prepare("SELECT * FROM message WHERE run_id = ? AND message_id = ?");
  const reply = database.prepare(
    "SELECT * FROM message WHERE run_id = ? AND reply_to = ? AND reply_to <> '' ORDER BY sequence LIMIT 1",
  );
  const undelivered = database.prepare(
    "SELECT * FROM message WHERE dst = ? AND reply_to = '' AND complete = 1 AND deliveries = 0 ORDER BY sequence",
  );
  const unconfirmed = database.prepare(
    "SELECT * FROM message WHERE dst = ? AND reply_to = '' AND complete = 1 AND deliveries > 0 " +
      "AND confirmed_at IS NULL ORDER BY sequence",
  );
  const ofRun = database.prepare("SELECT * FROM message WHERE run_id = ? ORDER BY sequence");
  const put = database.prepare(
    `INSERT OR REPLACE INTO message (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`,
  );
  const remove = database.prepare("DELETE FROM message WHERE run_id = ? AND message_id = ?");
  return {
    message: (run, id) => Promise.resolve(optionalMessage(byId.get(idIn(run), id))),
    replyTo: (run, instruction) => Promise.resolve(optionalMessage(reply.get(idIn(run), instruction))),
    undelivered: (dst) => Promise.resolve(undelivered.all(idIn(dst)).map(messageOf)),
    unconfirmed: (dst) => Promise.resolve(unconfirmed.all(idIn(dst)).map(messageOf)),
    messagesOfRun: (run) => Promise.resolve(ofRun.all(idIn(run)).map(messageOf)),
    putMessage: (message) => {
      const { runId, messageId } = message.metadata;
      const before = message.sequence === 0 ? byId.get(idIn(runId), messageId)?.sequence : undefined;
      put.run(before ?? sequenceIn(message), ...columnsOf(message));
      return Promise.resolve();
    },
    deleteMessage: (run, id) => {
      remove.run(idIn(run), id);
      return Promise.resolve();
    },
  };
}

function sequenceIn({ sequence }: StoredMessage): SqlValue {
  return sequence === 0 ? null : BigInt(sequence);
}

/** All columns but the sequence. */
function columnsOf({ metadata, error, ...message }: StoredMessage): SqlValue[] {
  return [
    idIn(metadata.runId),
    metadata.messageId,
    idIn(metadata.srcNodeId),
    idIn(metadata.dstNodeId),
    metadata.replyToMessageId,
    textIn(metadata.groupId),
    metadata.ttl,
    textIn(metadata.messageType),
    metadata.createdAt,
    optionalIdIn(metadata.srcTaskId),
    optionalIdIn(metadata.dstTaskId),
    error?.code ?? null,
    error ? textIn(error.reason) : null,
    message.complete ? 1n : 0n,
    message.deliveredAt ?? null,
    BigInt(message.deliveries),
    message.confirmedAt ?? null,
  ];
}

function optionalMessage(row: SqlRow | undefined): StoredMessage | undefined {
  return row && messageOf(row);
}

function messageOf(row: SqlRow): StoredMessage {
  return {
    metadata: metadataOf(row),
    sequence: Number(row.sequence),
    complete: row.complete === 1n,
    deliveries: Number(row.deliveries),
    ...(row.error_code === null ? {} : { error: errorOf(row) }),
    ...present({ deliveredAt: row.delivered_at as number, confirmedAt: row.confirmed_at as number }),
  };
}

function metadataOf(row: SqlRow): Metadata {
  return {
    runId: idOut(row.run_id),
    messageId: row.message_id as string,
    srcNodeId: idOut(row.src),
    dstNodeId: idOut(row.dst),
    replyToMessageId: textOut(row.reply_to),
    groupId: textOut(row.group_id),
    ttl: row.ttl as number,
    messageType: textOut(row.type),
    createdAt: row.created_at as number,
    ...(row.src_task === null ? {} : { srcTaskId: idOut(row.src_task) }),
    ...(row.dst_task === null ? {} : { dstTaskId: idOut(row.dst_task) }),
  };
}

function errorOf(row: SqlRow): MessageError {
  return { code: row.error_code as number, reason: textOut(row.error_reason) };
}

import { Message } from "../../model/app_message.ts";
import type { FlowerArray } from "../../model/record/array.ts";
import { ArrayRecord } from "../../model/record/array_record.ts";
import { ConfigRecord } from "../../model/record/config_record.ts";
import { float, int } from "../../model/record/entry.ts";
import { MetricRecord } from "../../model/record/metric_record.ts";
import { RecordDict } from "../../model/record/record_dict.ts";
import { splitMessageType } from "../../model/message_type.ts";
import type { Mod } from "../client_app.ts";

/** The only array of a model without any. */
const EMPTY = "_empty";
const WEIGHT = "num-examples";
const LOSS = "loss";

/**
 * Lets an app's handlers answer servers that still speak in Flower's old record names (`fitins.parameters` and the
 * like). The handler gets the model as `arrays` and the settings as `config`, and answers with an ArrayRecord and a
 * MetricRecord as ever; the metric `num-examples` is required, and at evaluation `loss` too. Other messages pass.
 * @throws {TypeError} when a handler's reply has not exactly one ArrayRecord (training) and one MetricRecord, or lacks a
 * metric that must be there
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ArrayRecord, ClientApp, ConfigRecord, Context, legacyMod, Message, MetricRecord, RecordDict } from "corolla";
 *
 * export const app = new ClientApp({ mods: [legacyMod] })
 *   .train((message) => {
 *     const metrics = new MetricRecord({ "num-examples": 10 });
 *     return message.reply(new RecordDict({ arrays: message.content.arrays("arrays"), metrics }));
 *   });
 *
 * // What an old server sends, and what it gets.
 * const content = new RecordDict({ "fitins.parameters": new ArrayRecord(), "fitins.config": new ConfigRecord() });
 * const context = new Context({
 *   ...{ runId: 1n, nodeId: 7n, seriesId: 1n, state: new RecordDict() },
 *   ...{ nodeConfig: new Map(), runConfig: new Map() },
 * });
 * const reply = await app.handle(new Message(content, { dstNodeId: 7n, messageType: "train" }), context);
 * assertEquals(reply.content.metrics("fitres.num_examples").getInt("num_examples"), 10);
 * ```
 */
export const legacyMod: Mod = async (message, context, next): Promise<Message> => {
  const { category } = splitMessageType(message.metadata.messageType);
  const prefix = category === "train" ? "fit" : "evaluate";
  const records = message.hasContent() ? message.content : new RecordDict();
  if (!records.has(`${prefix}ins.parameters`)) return await next(message, context);
  const modern = new Message(modernContent(records, prefix), message.metadata);
  const reply = await next(modern, context);
  if (reply.hasContent()) reply.content = legacyContent(reply.content, prefix);
  return reply;
};

function modernContent(records: RecordDict, prefix: string): RecordDict {
  const parameters = records.arrays(`${prefix}ins.parameters`);
  const arrays = parameters.has(EMPTY) ? new ArrayRecord() : parameters;
  return new RecordDict({ arrays, config: records.config(`${prefix}ins.config`) });
}

function legacyContent(content: RecordDict, prefix: "fit" | "evaluate"): RecordDict {
  const metrics = onlyMetrics(content);
  const result = new RecordDict();
  const name = (part: string) => `${prefix}res.${part}`;
  if (prefix === "fit") result.set(name("parameters"), numbered(content));
  else result.set(name("loss"), new MetricRecord({ loss: float(metrics.getFloat(LOSS)) }));
  result.set(name("num_examples"), new MetricRecord({ num_examples: int(metrics.getInt(WEIGHT)) }));
  result.set(name("metrics"), otherMetrics(metrics, prefix));
  return result.set(name("status"), new ConfigRecord({ code: 0, message: "Success" }));
}

function onlyMetrics(content: RecordDict): MetricRecord {
  const all = [...content.metricRecords()];
  if (all.length === 1) return all[0][1];
  throw new TypeError(
    `Cannot answer in the old form as the reply must hold one MetricRecord: it holds ${all.length}`,
  );
}

/** Arrays have no names in the old form, only places. */
function numbered(content: RecordDict): ArrayRecord {
  const all = [...content.arrayRecords()];
  if (all.length !== 1) {
    throw new TypeError(
      `Cannot answer in the old form as the reply must hold one ArrayRecord: it holds ${all.length}`,
    );
  }
  const [[, arrays]] = all;
  return new ArrayRecord(
    [...arrays].map(([, array], place): [string, FlowerArray] => [String(place), array]),
  );
}

function otherMetrics(metrics: MetricRecord, prefix: "fit" | "evaluate"): ConfigRecord {
  const others = new ConfigRecord();
  const taken = prefix === "fit" ? [WEIGHT] : [WEIGHT, LOSS];
  for (const [key, entry] of metrics.entries()) if (!taken.includes(key)) others.setEntry(key, entry);
  return others;
}

import { type Context as ContextProto, decode, encode, type Init } from "../../proto/mod.ts";
import type { ContextData } from "../model/context.ts";
import { configFromProto, configToProto } from "./config.ts";
import { recordDictFromProto, recordDictToProto } from "./record_dict.ts";

/** A context on the wire, its state inline. */
export function contextToProto(context: ContextData): Init<ContextProto> {
  return {
    run_id: context.runId,
    node_id: context.nodeId,
    node_config: configToProto(context.nodeConfig),
    state: recordDictToProto(context.state),
    run_config: configToProto(context.runConfig),
    series_id: context.seriesId,
  };
}

/** A context as received. @throws {TypeError} for a value of a configuration or record that is unset */
export function contextFromProto(context: ContextProto): ContextData {
  return {
    runId: BigInt(context.run_id),
    nodeId: BigInt(context.node_id),
    seriesId: BigInt(context.series_id),
    nodeConfig: configFromProto(context.node_config),
    runConfig: configFromProto(context.run_config),
    state: recordDictFromProto(context.state),
  };
}

/** A context as bytes, as stores keep it. */
export function encodeContext(context: ContextData): Uint8Array {
  return encode("Context", contextToProto(context));
}

/** A context from its bytes. @throws {TypeError} for a value that is unset */
export function decodeContext(bytes: Uint8Array): ContextData {
  return contextFromProto(decode("Context", bytes));
}

import { decode, encode } from "../../proto/mod.ts";
import { plainMetadata } from "../model/app_message.ts";
import type { ObjectId } from "../model/ids.ts";
import type { Envelope, MessageError, Metadata } from "../model/message.ts";
import { checkMessageType } from "../model/message_type.ts";
import { errorFromProto, errorToProto, metadataFromProto, metadataToProto } from "./message.ts";
import { frameObject } from "./object.ts";

/**
 * The head object of a message: its metadata without the message id, which is the hash of this very content.
 * @param body the id of the RecordDict that is its content, or its error
 */
export function messageObject(metadata: Metadata, body: ObjectId | MessageError): Uint8Array {
  const withoutId = metadataToProto({ ...plainMetadata(metadata), messageId: "" });
  if (typeof body === "string") {
    return frameObject("Message", [body], encode("Message", { metadata: withoutId }));
  }
  return frameObject("Message", [], encode("Message", { metadata: withoutId, error: errorToProto(body) }));
}

/**
 * What the body of a head object says; the message id is left blank.
 * @throws {RangeError} when the message's type is none of Flower's
 */
export function readMessageBody(body: Uint8Array): Envelope {
  const message = decode("Message", body);
  const metadata = { ...metadataFromProto(message.metadata), messageId: "" };
  checkMessageType(metadata.messageType);
  return message.error ? { metadata, error: errorFromProto(message.error) } : { metadata };
}

/**
 * The contract as data: the generated descriptors, read into what encoding and decoding have to know.
 *
 * @module
 */
import file from "./generated/flwr.json" with { type: "json" };

/** The package of all names; short names leave it out. */
export const packageName = "flwr.proto";

/** One field of a message. */
export interface Field {
  readonly name: string;
  /** Its number on the wire. */
  readonly id: number;
  /** For error sentences: `Metadata.run_id`. */
  readonly label: string;
  /** A scalar type, or the name of a message. */
  readonly type: string;
  /** What `type` names, when that is a message. */
  readonly message?: Message;
  readonly repeated: boolean;
  /** The type of the keys, for a map. */
  readonly keyType?: string;
  /** The oneof this field is a member of; proto3 optional fields are alone in one that nobody wrote. */
  readonly oneof?: string;
  /** Whether the field is proto3 optional, so that its oneof is no name for callers. */
  readonly optional: boolean;
}

/** One message, by its short name. */
export interface Message {
  readonly name: string;
  readonly fields: readonly Field[];
}

/** A message as protobufjs writes it to JSON. */
export interface MessageJson {
  fields: Record<
    string,
    { id: number; type: string; rule?: "repeated"; keyType?: string; options?: { proto3_optional?: boolean } }
  >;
  oneofs?: Record<string, { oneof: string[] }>;
  nested?: Record<string, MessageJson>;
}

/** A service as protobufjs writes it to JSON. */
export interface ServiceJson {
  methods: Record<string, { requestType: string; responseType: string; responseStream?: boolean }>;
}

/** Everything in the package by short name, top level only. */
export const descriptors = file.nested.flwr.nested.proto.nested as unknown as Readonly<
  Record<string, MessageJson | ServiceJson>
>;

/** Every message by short name; nested ones as `ArrayRecord.Item`. */
export const messages: ReadonlyMap<string, Message> = readMessages(descriptors);

/** Every message of a package's descriptors by short name. */
export function readMessages(
  descriptors: Readonly<Record<string, MessageJson | ServiceJson>>,
): ReadonlyMap<string, Message> {
  const found = new Map<string, Message & { fields: Field[] }>();
  const bodies: [string, MessageJson][] = [];
  const collect = (name: string, json: MessageJson) => {
    found.set(name, { name, fields: [] });
    bodies.push([name, json]);
    for (const [inner, body] of Object.entries(json.nested ?? {})) collect(`${name}.${inner}`, body);
  };
  for (const [name, json] of Object.entries(descriptors)) if ("fields" in json) collect(name, json);
  // Fields point at messages, so all messages have to exist first.
  for (const [name, json] of bodies) {
    found.get(name)!.fields.push(
      ...readFields(name, json, (type) => found.get(`${name}.${type}`) ?? found.get(type)),
    );
  }
  return found;
}

function readFields(
  owner: string,
  json: MessageJson,
  resolve: (type: string) => Message | undefined,
): Field[] {
  const oneofs = new Map(
    Object.entries(json.oneofs ?? {}).flatMap(([oneof, of]) => of.oneof.map((member) => [member, oneof])),
  );
  return Object.entries(json.fields).map(([name, field]) => ({
    name,
    id: field.id,
    label: `${owner}.${name}`,
    type: field.type,
    message: resolve(field.type),
    repeated: field.rule === "repeated",
    keyType: field.keyType,
    oneof: oneofs.get(name),
    optional: field.options?.proto3_optional ?? false,
  }));
}

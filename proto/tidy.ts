/**
 * The way out: what protobufjs leaves in decoded messages that no caller should see.
 *
 * @module
 */
import { type Field, type Message, messages } from "./schema.ts";

/** The messages that need tidying, themselves or further down; all others are left alone. */
const untidy: ReadonlySet<Message> = findUntidy();

/**
 * Tidies `decoded` in place: removes the names of the oneofs that stand for proto3 optional fields (presence of
 * the field itself tells the same), and turns the 8-character hashes that protobufjs makes of 64-bit map keys
 * back into decimal strings.
 */
export function tidy(message: Message, decoded: Record<string, unknown>): void {
  if (!untidy.has(message)) return;
  for (const field of message.fields) {
    if (field.optional) delete decoded[field.oneof!];
    if (hasHashedKeys(field)) {
      decoded[field.name] = withDecimalKeys(decoded[field.name] as Record<string, unknown>);
    }
    if (field.message && untidy.has(field.message)) {
      for (const child of children(field, decoded[field.name])) tidy(field.message, child);
    }
  }
}

function findUntidy(): ReadonlySet<Message> {
  const found = new Set<Message>();
  const all = [...messages.values()];
  const reaches = (m: Message) =>
    m.fields.some((f) => f.optional || hasHashedKeys(f) || (f.message && found.has(f.message)));
  // Messages refer to each other in any order, and to themselves: repeat until a round finds no more.
  for (let size = -1; size < found.size;) {
    size = found.size;
    for (const message of all) if (reaches(message)) found.add(message);
  }
  return found;
}

function hasHashedKeys(field: Field): boolean {
  return field.keyType?.endsWith("64") ?? false;
}

function children(field: Field, value: unknown): Record<string, unknown>[] {
  if (value === null || value === undefined) return [];
  if (field.keyType) return Object.values(value) as Record<string, unknown>[];
  return field.repeated ? value as Record<string, unknown>[] : [value as Record<string, unknown>];
}

function withDecimalKeys(hashed: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(hashed).map(([key, value]) => [decimal(key), value]));
}

/** The hash holds the integer's eight bytes, least significant first, as characters. Unsigned, as all our keys are. */
function decimal(hash: string): string {
  let value = 0n;
  for (let i = 7; i >= 0; i--) value = value << 8n | BigInt(hash.charCodeAt(i));
  return value.toString();
}

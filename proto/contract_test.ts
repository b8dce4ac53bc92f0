/** The .proto files say what the contract says: nothing is missing, and nothing was added. */
import { assert, assertEquals } from "@std/assert";
import { generate, stale } from "./generate.ts";
import { descriptors, type MessageJson, packageName, type ServiceJson } from "./schema.ts";
import { vectors } from "./vectors.ts";

interface ContractField {
  n: number;
  name: string;
  type: string;
  oneof?: string;
  optional?: true;
}

interface Contract {
  enums: Record<string, Record<string, number>>;
  messages: Record<string, { fields: ContractField[] }>;
  services: Record<string, { methods: Record<string, [request: string, response: string]> }>;
}

/** What of the contract we leave out on purpose, with everything inside it. */
const exceptions: Record<string, string> = {
  GrpcAdapter: "its tunnel is an alternative to the Fleet service that no default peer takes",
  MessageContainer: "GrpcAdapter",
  FlowerService: "the stream of the first generation, gone from all servers",
  ClientMessage: "FlowerService",
  ServerMessage: "FlowerService",
  Parameters: "FlowerService",
  Status: "FlowerService",
  Code: "FlowerService",
  Reason: "FlowerService",
};

const contract: Contract = await vectors("flwr-1.32.1.json");

Deno.test("every message of the contract is there, field by field", () => {
  const expected = Object.entries(wanted(contract.messages))
    .map((
      [name, { fields }],
    ) => [name, byNumber(fields.map(({ n, name, type, ...rest }) => ({ n, name, type, ...rest })))]);
  assertEquals(ourMessages(), Object.fromEntries(expected));
});

Deno.test("every service of the contract is there, method by method", () => {
  const expected = Object.entries(wanted(contract.services)).map(([name, { methods }]) => [name, methods]);
  assertEquals(ourServices(), Object.fromEntries(expected));
});

Deno.test("no enum is left to declare", () => {
  assertEquals(wanted(contract.enums), {});
});

Deno.test("every exception stands in the contract, and nothing that we keep refers to one", () => {
  const named = [contract.enums, contract.messages, contract.services].flatMap(Object.keys).map(topLevel);
  for (const name of Object.keys(exceptions)) assert(named.includes(name), name);

  const kept = [
    ...Object.values(wanted(contract.messages)).flatMap(({ fields }) => fields.map((field) => field.type)),
    ...Object.values(wanted(contract.services)).flatMap(({ methods }) => Object.values(methods).flat()),
  ];
  for (const type of kept) {
    for (const [name] of type.matchAll(/flwr\.proto\.\w+/g)) assert(!(topLevel(name) in exceptions), type);
  }
});

Deno.test("the generated files are what the .proto files say", async () => {
  assertEquals(await stale(await generate()), [], `run "deno task proto" and commit the result`);
});

Deno.test("a generated file that differs is called stale", async () => {
  assertEquals(await stale(new Map([["flwr.ts", ""], ["missing.ts", ""]])), ["flwr.ts", "missing.ts"]);
});

function wanted<T>(all: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !(topLevel(name) in exceptions)));
}

/** `flwr.proto.ArrayRecord.Item` -> `ArrayRecord`. */
function topLevel(name: string): string {
  return name.split(".")[2];
}

function ourMessages(): Record<string, ContractField[]> {
  const result: Record<string, ContractField[]> = {};
  const collect = (name: string, json: MessageJson) => {
    result[name] = byNumber(Object.keys(json.fields).map((field) => ourField(name, json, field)));
    for (const [inner, body] of Object.entries(json.nested ?? {})) collect(`${name}.${inner}`, body);
  };
  for (const [name, json] of Object.entries(descriptors)) {
    if ("fields" in json) collect(`${packageName}.${name}`, json);
  }
  return result;
}

function ourField(owner: string, json: MessageJson, name: string): ContractField {
  const { id, rule, keyType, type, options } = json.fields[name];
  const full = fullType(owner, json, type);
  const field: ContractField = {
    n: id,
    name,
    type: keyType ? `map<${keyType},${full}>` : rule ? `${rule} ${full}` : full,
  };
  const oneof = Object.entries(json.oneofs ?? {}).find(([, { oneof }]) => oneof.includes(name))?.[0];
  if (options?.proto3_optional) return { ...field, optional: true };
  return oneof ? { ...field, oneof } : field;
}

function fullType(owner: string, json: MessageJson, type: string): string {
  if (json.nested?.[type]) return `${owner}.${type}`;
  return type in descriptors ? `${packageName}.${type}` : type;
}

function ourServices(): Record<string, Record<string, [string, string]>> {
  const services = Object.entries(descriptors).filter((entry): entry is [string, ServiceJson] =>
    "methods" in entry[1]
  );
  return Object.fromEntries(services.map(([service, { methods }]) => {
    const rows = Object.entries(methods).map(([name, { requestType, responseType, responseStream }]) => {
      const response = `${responseStream ? "stream " : ""}${packageName}.${responseType}`;
      return [name, [`${packageName}.${requestType}`, response]];
    });
    return [`${packageName}.${service}`, Object.fromEntries(rows)];
  }));
}

function byNumber(fields: ContractField[]): ContractField[] {
  return fields.toSorted((a, b) => a.n - b.n);
}

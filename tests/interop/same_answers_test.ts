/** The same calls to the official parts and to ours, answered alike but for what differs on purpose. */
import { type Maker, play, type Stage } from "./harness.ts";
import { answers, assertSame, type Differences } from "./same_answers/compare.ts";

const UNKNOWN_METHOD = "an unknown method is UNIMPLEMENTED, so that a newer peer learns what it may not call";
const NOT_ASKED_FOR = "nobody is asked for the objects of a message that is not stored";
const UNREADABLE = "a credential that cannot be read is UNAUTHENTICATED, not an accident";

const SUPERLINK: Differences = {
  "a method that nobody knows": UNKNOWN_METHOD,
  "a method of Fleet that nobody knows": UNKNOWN_METHOD,
  "a method of ServerAppIo that nobody knows": UNKNOWN_METHOD,
  "a heartbeat without a time zone": UNREADABLE,
  "a heartbeat at no time": UNREADABLE,
  "a heartbeat with a key that is none": UNREADABLE,
  "a key registers another": "a node can only register the key that it holds",
  "register a secp192r1 key": "curves below 128 bits of security are refused",
  "register a secp224r1 key": "curves below 128 bits of security are refused",
  "a message whose objects are coming": "a message is delivered when it is whole",
  "the node gets it": "a message is delivered when it is whole",
  "first: push without a tree": "the reason is said in words of the protocol",
  "no message": "the reason is said in words of the protocol",
  "first: push to an unknown node": NOT_ASKED_FOR,
  "first: push to gone": NOT_ASKED_FOR,
  "first: push to new": NOT_ASKED_FOR,
  "another replies to one": NOT_ASKED_FOR,
  "a reply that lives too long": NOT_ASKED_FOR,
  "a reply for no time": NOT_ASKED_FOR,
  "a reply to nothing": NOT_ASKED_FOR,
  "another reply": NOT_ASKED_FOR,
  "a reply to what has expired": NOT_ASKED_FOR,
  "the same reply": "a reply whose answer was lost may be sent again",
};

play("a SuperLink of ours answers like the official one, call by call", async (stage) => {
  const [official, ours] = await Promise.all(["official" as const, "ours" as const].map(async (maker) => {
    const { services, secret } = await superlink(stage, maker);
    return await answers("superlink", { services, secret });
  }));
  assertSame(official, ours, SUPERLINK);
});

const SUPERNODE: Differences = {
  "a method that nobody knows": UNKNOWN_METHOD,
};

play("a SuperNode of ours answers like the official one, call by call", async (stage) => {
  const [official, ours] = await Promise.all(["official" as const, "ours" as const].map(async (maker) => {
    const { services, secret } = await superlink(stage, "ours", `superlink-of-${maker}`);
    const args = ["--insecure", "--superlink", services.Fleet, "--clientappio-api-address", "127.0.0.1:0"];
    const isolation = ["--isolation", "process", "--superexec-auth-secret-file", secret];
    const order = { name: `supernode-${maker}`, maker, program: "supernode" } as const;
    const role = stage.start({ ...order, args: [...args, "--node-config", "a=1 b='x'", ...isolation] });
    const [, ClientAppIo] = await role.says(/Starting ClientAppIo API.* on (\S+)/);
    await role.says(/SuperNode ID: \d+/);
    const { Control, ServerAppIo } = services;
    return await answers("supernode", { services: { Control, ServerAppIo, ClientAppIo }, secret });
  }));
  assertSame(official, ours, SUPERNODE);
});

/** A SuperLink that leaves its tasks to others, and where its services are. */
async function superlink(stage: Stage, maker: Maker, name = `superlink-${maker}`) {
  const secret = stage.write("superexec-secret", "only SuperExecs of this test know it");
  const apis = { Control: "control", ServerAppIo: "serverappio", Fleet: "fleet" };
  const addresses = Object.values(apis).flatMap((api) => [`--${api}-api-address`, "127.0.0.1:0"]);
  const isolation = ["--isolation", "process", "--superexec-auth-secret-file", secret];
  // As each is started without the flag.
  const database = maker === "ours" ? stage.path(`${name}.db`) : ":flwr-in-memory:";
  const args = ["--insecure", "--database", database, ...addresses, ...isolation];
  const role = stage.start({ name, maker, program: "superlink", args });
  const services: Record<string, string> = {};
  for (const api of Object.keys(apis)) {
    services[api] = (await role.says(new RegExp(`Starting ${api} API.* on (\\S+)`)))[1];
  }
  return { services, secret };
}

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ControlAnswers, fakeControl } from "../../tests/fakes/control.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { run } from "../run.ts";

/** Runs a command against a SuperLink that has accounts and a federation manager, as the open one has not. */
async function ask(answers: ControlAnswers, ...words: string[]) {
  const home = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${home}/config.toml`,
    `[superlink]\ndefault = "test"\n[superlink.test]\naddress = "127.0.0.1:9093"\ninsecure = true\n`,
  );
  const clock = new FakeClock();
  const env = fakeEnv({ clock, variables: { FLWR_HOME: home }, connect: () => fakeControl(clock, answers) });
  const status = await run(["flwr", "federation", ...words], env);
  await Deno.remove(home, { recursive: true });
  assertEquals([status, env.err()], [0, ""], env.out());
  return env.out().replace("Using SuperLink: test (127.0.0.1:9093)\n", "");
}

const FEDERATIONS = [
  { name: "@me/old", description: "was once", archived: true },
  { name: "@me/sim", description: "virtual", simulation: true },
  { name: "@me/real", description: "" },
];

Deno.test("archived federations stand behind the others, and only when asked for", async () => {
  const answers = { ListFederations: () => ({ federations: FEDERATIONS }) };
  const short = await ask(answers, "list");
  const names = (text: string) => [...text.matchAll(/@me\/\w+/g)].map(([name]) => name);
  assertEquals(names(short), ["@me/sim", "@me/real"]);
  const long = await ask(answers, "list", "--verbose");
  assertEquals(names(long), ["@me/sim", "@me/real", "@me/old"]);
  assertStringIncludes(long, "│ @me/old    │ was once    │ deployment │ archived │");
  assertStringIncludes(long, "│ @me/sim    │ virtual     │ simulation │ active   │");
  const { federations } = JSON.parse(await ask(answers, "list", "--format", "json"));
  assertEquals(federations.map(({ name }: { name: string }) => name), ["@me/old", "@me/sim", "@me/real"]);
});

const NODES = [
  { node_id: "7", owner_name: "me", status: "online" },
  { node_id: "8", owner_name: "you", status: "unregistered" },
];

Deno.test("the nodes of an archived federation have no state", async () => {
  const federation = { name: "@me/old", archived: true, nodes: NODES };
  const answers = { ShowFederation: () => ({ federation, now: "2026-11-23T12:00:00+00:00" }) };
  const text = await ask(answers, "list", "--federation", "@me/old");
  assertStringIncludes(text, "📄 Showing ARCHIVED federation '@me/old'...");
  assertStringIncludes(text, "│ 7       │ me    │\n");
  assert(!text.includes("online"));
  const { federation: json } = JSON.parse(
    await ask(answers, "list", "--federation", "x", "--format", "json"),
  );
  assertEquals(json.nodes, [{ node_id: "7", owner: "me" }, { node_id: "8", owner: "you" }]);
  assertEquals(json.archived, true);
});

Deno.test("a federation of simulations shows its settings instead of nodes", async () => {
  const config = { num_supernodes: 10, client_resources_num_gpus: 1, backend: "ray" };
  const federation = { name: "@me/sim", simulation: true, config };
  const answers = { ShowFederation: () => ({ federation, now: "2026-11-23T12:00:00+00:00" }) };
  const text = await ask(answers, "list", "--federation", "@me/sim");
  assertStringIncludes(text, "│ Number of Simulated SuperNodes │ num-supernodes            │ 10    │");
  assertStringIncludes(text, "│ ClientApp Resources (CPUs)     │ client-resources-num-cpus │       │");
  assert(!text.includes("SuperNodes in the Federation"));
  const { federation: json } = JSON.parse(
    await ask(answers, "list", "--federation", "x", "--format", "json"),
  );
  assertEquals(json["simulation-config"].num_supernodes, 10);
  assertEquals(json["simulation-config"].verbose, null);
});

const INVITATIONS = {
  created_invitations: [
    invitation("@me/a", "pending"),
    invitation("@me/b", "accepted"),
  ],
  received_invitations: [invitation("@you/c", "rejected")],
};

function invitation(federation_name: string, status: string) {
  return {
    federation_name,
    status,
    inviter: { name: "from" },
    invitee: { name: "to" },
    created_at: "2026-11-23T12:00:00+00:00",
    status_changed_at: status === "pending" ? "" : "2026-11-23T13:00:00+00:00",
  };
}

Deno.test("invitations that were answered are listed only when asked for, in JSON, too", async () => {
  const answers = { ListInvitations: () => INVITATIONS };
  const names = (list: { "federation-name": string }[]) => list.map((one) => one["federation-name"]);
  const short = JSON.parse(await ask(answers, "invite", "list", "--format", "json"));
  assertEquals([names(short["created-invitations"]), names(short["received-invitations"])], [["@me/a"], []]);
  const long = JSON.parse(await ask(answers, "invite", "list", "--verbose", "--format", "json"));
  assertEquals(long, {
    success: true,
    "created-invitations": [
      {
        "federation-name": "@me/a",
        invited: "to",
        status: "pending",
        "created-at": "2026-11-23 12:00:00Z",
        "status-changed-at": "N/A",
      },
      {
        "federation-name": "@me/b",
        invited: "to",
        status: "accepted",
        "created-at": "2026-11-23 12:00:00Z",
        "status-changed-at": "2026-11-23 13:00:00Z",
      },
    ],
    "received-invitations": [{
      "federation-name": "@you/c",
      "invited-by": "from",
      status: "rejected",
      "created-at": "2026-11-23 12:00:00Z",
      "status-changed-at": "2026-11-23 13:00:00Z",
    }],
  });
  const text = await ask(answers, "invite", "list", "--verbose");
  assertStringIncludes(
    text,
    "│ @me/a      │ to      │ pending  │ 2026-11-23 12:00:00Z │ N/A                  │",
  );
  assertStringIncludes(text, "│ @you/c     │ from       │ rejected │");
});

Deno.test("without an invitation that waits, it is said how to see the others", async () => {
  const text = await ask({ ListInvitations: () => ({}) }, "invite", "list");
  assertStringIncludes(text, "No pending invitations. Use --verbose to show all statuses.\n");
});

const nothing = () => ({});
const changes: [ControlAnswers, string[], string, object][] = [
  [
    { CreateFederation: (asked) => ({ federation: { name: `@me/${asked.federation_name}` } }) },
    ["create", "mine"],
    "✅ Federation '@me/mine' created successfully.\n",
    { success: true, name: "@me/mine" },
  ],
  [
    { ArchiveFederation: nothing },
    ["archive", "@me/x"],
    "✅ Federation '@me/x' archived successfully.\n",
    { success: true, name: "@me/x" },
  ],
  [{ AddNodeToFederation: nothing }, ["add-supernode", "7", "@me/x"], "✅ SuperNode added to federation.\n", {
    success: true,
  }],
  [
    { RemoveNodeFromFederation: nothing },
    ["remove-supernode", "7", "@me/x"],
    "✅ SuperNode removed from federation.\n",
    { success: true },
  ],
  [
    { RemoveAccountFromFederation: nothing },
    ["remove-account", "@me/x", "you"],
    "✅ Removed account 'you' from federation '@me/x'.\n",
    { success: true },
  ],
  [
    { RemoveAccountFromFederation: nothing },
    ["remove-account", "@me/x"],
    "✅ Your account was removed from federation '@me/x'.\n",
    { success: true },
  ],
  [
    {
      ConfigureSimulationFederation: (asked) => ({
        federation_name: asked.federation_name || "@none/default",
      }),
    },
    ["simulation-config", "--num-supernodes", "3"],
    "✅ Updated simulation configuration\n",
    { success: true, federation_name: "@none/default" },
  ],
  [
    { ConfigureSimulationFederation: (asked) => ({ federation_name: asked.federation_name }) },
    ["simulation-config", "@me/x", "--num-supernodes", "3"],
    "✅ Updated simulation configuration of federation @me/x\n",
    { success: true, federation_name: "@me/x" },
  ],
  [
    { CreateInvitation: nothing },
    ["invite", "create", "you", "@me/x"],
    "✅ Created invitation for 'you' to join '@me/x'.\n",
    { success: true },
  ],
  [
    { AcceptInvitation: nothing },
    ["invite", "accept", "@me/x"],
    "✅ Accepted invitation to join '@me/x'.\n",
    {
      success: true,
    },
  ],
  [
    { RejectInvitation: nothing },
    ["invite", "reject", "@me/x"],
    "✅ Rejected invitation to join '@me/x'.\n",
    {
      success: true,
    },
  ],
  [
    { RevokeInvitation: nothing },
    ["invite", "revoke", "you", "@me/x"],
    "✅ Revoked invitation for 'you' to join '@me/x'.\n",
    { success: true },
  ],
];
for (const [answers, words, text, json] of changes) {
  Deno.test(`flwr federation ${words.join(" ")} says what is done`, async () => {
    assertEquals(await ask(answers, ...words), text);
    assertEquals(JSON.parse(await ask(answers, ...words, "--format", "json")), json);
  });
}

/** Every method of Flower 1.32.1 has tests that show what it does. */
import { assertEquals } from "@std/assert";
import { vectors } from "../proto/vectors.ts";
import { book } from "./behaviour/book.ts";
import "./behaviour/control.ts";
import "./behaviour/fleet.ts";
import "./behaviour/serverappio.ts";
import "./behaviour/clientappio.ts";

interface Contract {
  readonly services: Readonly<Record<string, { readonly methods: Readonly<Record<string, unknown>> }>>;
}

/** Services that no default peer uses; see `proto/contract_test.ts`. */
const LEFT_OUT = ["flwr.proto.GrpcAdapter", "flwr.proto.FlowerService"];

/** Methods that only ever refuse, as the open-source SuperLink and SuperNode do. */
const ALWAYS_REFUSE = new Set([
  "/flwr.proto.ClientAppIo/GetNodes",
  ...[
    "GetAuthTokens",
    "PullArtifacts",
    "CreateFederation",
    "ArchiveFederation",
    "AddNodeToFederation",
    "RemoveNodeFromFederation",
    "RemoveAccountFromFederation",
    "CreateInvitation",
    "ListInvitations",
    "AcceptInvitation",
    "RejectInvitation",
    "RevokeInvitation",
    "ConfigureSimulationFederation",
  ].map((name) => `/flwr.proto.Control/${name}`),
]);

/** Methods that nothing makes refuse. */
const NEVER_REFUSE = new Set(
  ["GetLoginDetails", "ListNodes", "ListFederations"].map((name) => `/flwr.proto.Control/${name}`),
);

const contract: Contract = await vectors("flwr-1.32.1.json");
const paths = Object.entries(contract.services).flatMap(([service, { methods }]) =>
  LEFT_OUT.includes(service) ? [] : Object.keys(methods).map((name) => `/${service}/${name}`)
);

Deno.test("every method of the contract has behaviour tests, and nothing else has", () => {
  assertEquals([...book().keys()].sort(), paths.toSorted());
});

Deno.test("every method was seen to answer and to refuse, but for those that never do", () => {
  for (const [path, { sentences, passed, outcomes }] of book()) {
    // A filter may have left tests out.
    if (passed.length < sentences.length) continue;
    const refuses = [...outcomes].some((outcome) => outcome !== "OK");
    assertEquals([path, outcomes.has("OK")], [path, !ALWAYS_REFUSE.has(path)]);
    assertEquals([path, refuses], [path, !NEVER_REFUSE.has(path)]);
  }
});

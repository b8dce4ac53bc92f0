import { assertEquals, assertNotEquals } from "@std/assert";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { fleet } from "../wire/methods.ts";
import { ephemeralNodeKey } from "./keys.ts";
import { NODE_HEADERS } from "./node_headers.ts";
import { nodeSigner } from "./node_signer.ts";

Deno.test("node signer: calls of one second share a signature, the next one has its own", async () => {
  const clock = new FakeClock();
  const credential = nodeSigner(await ephemeralNodeKey(), { clock });
  const timestamp = async () => {
    const metadata = await credential({ method: fleet.PullObject, requestBytes: new Uint8Array() });
    return metadata.text(NODE_HEADERS.timestamp);
  };
  const first = await timestamp();
  await clock.advance(999);
  assertEquals(await timestamp(), first);
  await clock.advance(1);
  assertNotEquals(await timestamp(), first);
});

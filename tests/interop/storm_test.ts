import { assert, assertEquals } from "@std/assert";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { DoorChild } from "./door_child.ts";
import { echo, pull, push } from "./door_server.ts";

/** Seconds of abuse; more with the variable, for a release or a new runtime. */
const SECONDS = Deno.env.get("COROLLA_STORM_SECONDS") ?? "20";

/** The runtime itself keeps about 40 KiB of every connection that ended badly. */
const PEAK_MIB = 450;

Deno.test(`a door that is abused over TLS for ${SECONDS} s is alive, empty-handed and serves`, async () => {
  await using door = await DoorChild.start({ tls: true });
  const ca = `${import.meta.dirname}/../vectors/keys/ca.crt`;
  const storm = await new Deno.Command("node", {
    args: [`${import.meta.dirname}/../tools/storm.mjs`, "localhost", String(door.port), ca, SECONDS],
  }).output();
  const counts = JSON.parse(new TextDecoder().decode(storm.stdout));
  assert(
    counts.rapidReset > 10 && counts.cutUpload > 10 && counts.goawayWithOpenStreams > 10,
    JSON.stringify(counts),
  );

  const transport = connectGrpc({
    address: `localhost:${door.port}`,
    tls: { rootCertificates: await Deno.readFile(ca) },
  });
  const client = new RpcClient(transport);
  assertEquals(await client.call(echo, "still here"), "still here");
  const object = new Uint8Array(5 * 1024 * 1024).fill(1);
  const back = await client.call(pull, await client.call(push, object));
  assert(back.length === object.length && back.every((byte) => byte === 1));
  transport.close();

  const figures = await door.restingFigures();
  console.log({ ...counts, ...figures });
  assertEquals([figures.takenBytes, figures.waiting, figures.errors], [0, 0, 0]);
  assert(figures.peakMib < PEAK_MIB, `the peak is ${figures.peakMib} MiB`);
});

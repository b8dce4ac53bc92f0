import type { Caller } from "../../core/auth/caller.ts";
import type { Clock, Log } from "../../core/io/ports.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import type { Router } from "../../core/rpc/router.ts";
import type { Store } from "../../core/store/store.ts";
import { control } from "../../core/wire/methods.ts";

/** Registers the keys of `--auth-list-public-keys` that are new, as `flwr supernode register` would. */
export async function registerKnownKeys(
  keys: readonly Uint8Array[],
  on: { control: Router<Caller>; store: Store; clock: Clock; log: Log },
): Promise<void> {
  const client = new RpcClient(new MemoryTransport(on.control, { clock: on.clock }));
  for (const key of keys) {
    const known = await on.store.transaction((tx) => tx.nodeByKey(key));
    if (!known) await client.call(control.RegisterNode, { public_key: key });
    else if (known.status === "unregistered") {
      on.log.warn(
        `The key of SuperNode ${known.nodeId} was unregistered and stays refused, although it is listed`,
      );
    }
  }
  client.transport.close();
}

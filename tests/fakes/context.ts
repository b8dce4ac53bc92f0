import { Context } from "../../core/app/context.ts";
import { RecordDict } from "../../core/model/record/record_dict.ts";
import { FakeClock } from "./clock.ts";
import { FakeLog } from "./log.ts";
import { FakeRandom } from "./random.ts";

/** The context of a ClientApp, and the log that it writes to. */
export function fakeContext(
  { nodeId = 42n, state = new RecordDict(), seed = 1 }: {
    nodeId?: bigint;
    state?: RecordDict;
    seed?: number;
  } = {},
): { context: Context; log: FakeLog } {
  const log = new FakeLog();
  const host = { clock: new FakeClock(), random: new FakeRandom(seed), log };
  const data = { runId: 7n, nodeId, seriesId: 3n, nodeConfig: new Map(), runConfig: new Map(), state };
  return { context: new Context(data, { host }), log };
}

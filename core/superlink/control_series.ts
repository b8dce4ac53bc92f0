import {
  decode,
  type GetRunSeriesRequest,
  type Init,
  type ListRunSeriesRequest,
  type RunSeries as SeriesProto,
} from "../../proto/mod.ts";
import type { Caller } from "../auth/caller.ts";
import type { RunSeries } from "../model/run.ts";
import type { Route } from "../rpc/router.ts";
import { RpcError } from "../rpc/status.ts";
import type { Transaction } from "../store/store.ts";
import { control } from "../wire/methods.ts";
import { statusToProto } from "../wire/run.ts";
import { isoTime, parseIsoTime } from "../wire/time.ts";
import { checkFederation } from "./control_federations.ts";
import { controlRoute } from "./control_route.ts";
import type { Link } from "./link.ts";
import { stateOfRun } from "./task_changes.ts";

/** How people see the series that runs belong to. */
export function controlSeries(link: Link): Route<Caller>[] {
  return [
    controlRoute(link, control.ListRunSeries, (request) => listRunSeries(link, request)),
    controlRoute(link, control.GetRunSeries, (request) => getRunSeries(link, request)),
  ];
}

async function listRunSeries(link: Link, request: ListRunSeriesRequest) {
  if (request.federation_id !== undefined) checkFederation(request.federation_id);
  const before = request.updated_before ? parseIsoTime(request.updated_before) : undefined;
  return await link.store.transaction(async (tx) => {
    const all = (await tx.listSeries()).filter(({ updatedAt }) => before === undefined || updatedAt < before);
    const entries: Init<SeriesProto>[] = [];
    for (const series of all.slice(0, request.limit)) entries.push(await seriesToProto(link, tx, series));
    return { entries };
  });
}

async function getRunSeries(link: Link, request: GetRunSeriesRequest) {
  return await link.store.transaction(async (tx) => {
    const series = await tx.series(BigInt(request.series_id));
    if (!series) throw new RpcError("NOT_FOUND", "Run series ID not found.");
    const context = await tx.context(series.seriesId);
    return {
      series: await seriesToProto(link, tx, series),
      context: context && decode("Context", context),
    };
  });
}

async function seriesToProto(link: Link, tx: Transaction, series: RunSeries): Promise<Init<SeriesProto>> {
  const { seriesId, federation, description, createdAt, updatedAt } = series;
  const runIds = (await tx.runs({ seriesId })).map(({ runId }) => runId).reverse();
  const last = runIds.length > 0 ? await stateOfRun(link, tx, runIds.at(-1)!) : undefined;
  return {
    series_id: seriesId,
    federation,
    description,
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
    last_run_status: last && statusToProto(last.primaryTask),
    run_ids: runIds,
  };
}

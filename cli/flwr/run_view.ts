import type { Run } from "../../proto/mod.ts";
import type { Style } from "../output.ts";
import type { Cell } from "../table.ts";
import { bytesText, decimalJson, durationText, instantText, secondsBetween } from "./quantities.ts";

/** A run as people and programs see it. */
export interface RunView {
  readonly runId: string;
  readonly federation: string;
  /** `publisher/name`. */
  readonly fabId: string;
  readonly fabVersion: string;
  readonly fabHash: string;
  /** `pending`, `running`, `finished:completed`… */
  readonly status: string;
  readonly details: string;
  /** Seconds since it began to run, up to its end. */
  readonly elapsedS: number;
  readonly pendingAt: string;
  readonly startingAt: string;
  readonly runningAt: string;
  readonly finishedAt: string;
  readonly inboundBytes: number;
  readonly outboundBytes: number;
  readonly clientAppS: number;
}

const NONE = "N/A";

/** The runs of a reply, newest first. `now` is the server's time, so that both clocks need not agree. */
export function runViews(runs: readonly Run[], now: string): RunView[] {
  const newestFirst = [...runs].sort((a, b) => secondsBetween(a.pending_at, b.pending_at));
  return newestFirst.map((run) => runView(run, now));
}

function runView(run: Run, now: string): RunView {
  const { status = "", sub_status = "", details = "" } = run.status ?? {};
  return {
    runId: run.run_id,
    federation: run.federation,
    fabId: run.fab_id,
    fabVersion: run.fab_version,
    fabHash: run.fab_hash,
    status: sub_status ? `${status}:${sub_status}` : status,
    details: details || NONE,
    elapsedS: run.running_at ? secondsBetween(run.running_at, run.finished_at || now) : 0,
    pendingAt: instantText(run.pending_at),
    startingAt: instantText(run.starting_at),
    runningAt: instantText(run.running_at),
    finishedAt: instantText(run.finished_at),
    inboundBytes: Number(run.bytes_recv),
    outboundBytes: Number(run.bytes_sent),
    clientAppS: run.clientapp_runtime,
  };
}

/** `@publisher/name==version`. */
export function appText(run: RunView): string {
  return `@${run.fabId}==${run.fabVersion}`;
}

/** A run's status in its colour. */
export function statusCell(status: string): Cell {
  const style: Style = status.endsWith(":completed")
    ? "green"
    : status.endsWith(":failed")
    ? "red"
    : status.endsWith(":stopped")
    ? "yellow"
    : status === "pending"
    ? "grey"
    : "blue";
  return { text: status, style };
}

/** How a run ended that is not completed: `Run 7 failed: ...`. */
export function endText(run: RunView): string {
  const how = run.status === "finished:stopped" ? "was stopped" : "failed";
  return `Run ${run.runId} ${how}${run.details === NONE ? "" : `: ${run.details}`}`;
}

/** When the run came into the state it is in. */
export function statusChangedAt(run: RunView): string {
  const instants = [run.finishedAt, run.runningAt, run.startingAt, run.pendingAt];
  return instants.find((instant) => instant !== "N/A") ?? "N/A";
}

/** Everything about one run, as rows of name and value. */
export function runRows(run: RunView): Cell[][] {
  const { inboundBytes, outboundBytes, elapsedS, clientAppS } = run;
  return [
    ["Run ID", run.runId],
    ["Federation", run.federation],
    ["App", appText(run)],
    ["FAB Hash", run.fabHash ? `${run.fabHash.slice(0, 8)}...${run.fabHash.slice(-8)}` : ""],
    ["Status", statusCell(run.status)],
    ["Status Details", run.details],
    ["Elapsed", durationText(elapsedS)],
    ["Pending At", run.pendingAt],
    ["Starting At", run.startingAt],
    ["Running At", run.runningAt],
    ["Finished At", run.finishedAt],
    ["Network traffic (inbound)", bytesText(inboundBytes)],
    ["Network traffic (outbound)", bytesText(outboundBytes)],
    ["Network Traffic (total)", bytesText(inboundBytes + outboundBytes)],
    ["Compute Time (ServerApp)", durationText(elapsedS)],
    ["Compute Time (ClientApp)", durationText(clientAppS)],
    ["Compute Time (total)", durationText(elapsedS + clientAppS)],
  ];
}

/** A run as `--format json` gives it. */
export function runJson(run: RunView): Record<string, unknown> {
  return {
    "run-id": run.runId,
    federation: run.federation,
    "fab-id": run.fabId,
    "fab-name": run.fabId.split("/").at(-1),
    "fab-version": run.fabVersion,
    "fab-hash": run.fabHash,
    status: run.status,
    "status-details": run.details,
    elapsed: decimalJson(run.elapsedS),
    "pending-at": run.pendingAt,
    "starting-at": run.startingAt,
    "running-at": run.runningAt,
    "finished-at": run.finishedAt,
    "network-traffic": {
      "inbound-bytes": run.inboundBytes,
      "outbound-bytes": run.outboundBytes,
      "total-bytes": run.inboundBytes + run.outboundBytes,
    },
    "compute-time": {
      "serverapp-seconds": decimalJson(run.elapsedS),
      "clientapp-seconds": decimalJson(run.clientAppS),
      "total-seconds": decimalJson(run.elapsedS + run.clientAppS),
    },
  };
}

import type { PeerCertificate } from "../../core/io/grpc/tls_credentials.ts";
import type { Clock, Log } from "../../core/io/ports.ts";
import { expiryWarning } from "../../core/io/tls.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What looks after a peer's certificate. */
export interface PeerWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Warns of a peer's certificate that has less than 30 days to go: when it is first seen, and once a day from then on,
 * since a connection may outlast it. Ends when the signal is aborted.
 * @returns what is to be told of each certificate that the peer shows
 */
export function watchPeer({ clock, log, signal }: PeerWatchOptions): (shown: PeerCertificate) => void {
  let inForce: PeerCertificate | undefined;
  const check = (certificate: PeerCertificate) => {
    const warning = expiryWarning(certificate, { where: `of ${certificate.address}`, nowMs: clock.now() });
    if (warning !== undefined) log.warn(`${warning}. Who runs it must renew it: nobody can connect then`);
  };
  const eachDay = async () => {
    while (!signal.aborted) {
      await clock.sleep(DAY_MS, signal);
      if (!signal.aborted) check(inForce!);
    }
  };
  return (shown) => {
    const before = inForce;
    inForce = shown;
    // A connection that is made anew every few minutes is no news.
    if (before?.endsAtMs !== shown.endsAtMs || before.subject !== shown.subject) check(shown);
    if (before === undefined) eachDay();
  };
}

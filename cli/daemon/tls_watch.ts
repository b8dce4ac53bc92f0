import type { ServerTls } from "../../core/io/grpc/server.ts";
import type { Clock, Log } from "../../core/io/ports.ts";
import { checkServerFiles } from "../../core/io/tls.ts";
import { watchFiles } from "../../core/io/watched_file.ts";
import type { ListenerTls } from "../config/server_tls.ts";

/** How often is looked whether a certificate is about to expire. Milliseconds. */
const DAY_MS = 24 * 60 * 60 * 1_000;

/** What follows a change of a listener's certificate. */
export interface TlsWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Shows the certificate to those who connect from now on. */
  renew(tls: ServerTls): void;
}

/**
 * Uses a listener's certificate files whenever they change, for new connections, and warns once a day of a certificate
 * that expires soon. Files that do not fit each other change nothing but the log. Resolves when the signal is aborted.
 */
export async function watchTls(tls: ListenerTls, options: TlsWatchOptions): Promise<void> {
  const watch = new TlsWatch(tls, options);
  await Promise.all([watch.changes(), watch.expiry()]);
}

class TlsWatch {
  readonly #paths: ListenerTls["paths"];
  readonly #options: TlsWatchOptions;
  #inForce: ServerTls;

  constructor(tls: ListenerTls, options: TlsWatchOptions) {
    this.#paths = tls.paths;
    this.#inForce = tls;
    this.#options = options;
  }

  async changes(): Promise<void> {
    const { clock, signal, log } = this.#options;
    const { rootCertificates, certificateChain, privateKey } = this.#inForce;
    await watchFiles(this.#paths, [rootCertificates, certificateChain, privateKey], {
      clock,
      signal,
      lost: (reason) => log.error(`Cannot read a certificate; the one in force stays: ${reason}`),
      changed: ([ca, certificate, key]) => {
        this.#take({ rootCertificates: ca, certificateChain: certificate, privateKey: key });
        return Promise.resolve();
      },
    });
  }

  /** The main thread has looked at the start. */
  async expiry(): Promise<void> {
    const { clock, signal, log } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(DAY_MS, signal);
      if (signal.aborted) return;
      try {
        this.#check(this.#inForce);
      } catch (error) {
        log.error(reasonOf(error));
      }
    }
  }

  #take(files: ServerTls): void {
    const { log, renew } = this.#options;
    try {
      this.#check(files);
      renew(files);
      this.#inForce = files;
      log.info(`New connections are shown the certificate that now stands in ${this.#paths[1]}`);
    } catch (error) {
      log.error(`A certificate has changed and cannot be used; the one in force stays: ${reasonOf(error)}`);
    }
  }

  #check(files: ServerTls): void {
    const [ca, certificate, key] = this.#paths;
    const warnings = checkServerFiles({
      rootCertificates: { path: ca, content: files.rootCertificates },
      certificateChain: { path: certificate, content: files.certificateChain },
      privateKey: { path: key, content: files.privateKey },
    }, this.#options.clock.now());
    for (const warning of warnings) this.#options.log.warn(warning);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

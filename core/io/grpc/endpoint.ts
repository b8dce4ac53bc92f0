import * as grpc from "@grpc/grpc-js";
import { parseAddress } from "./address.ts";

const { experimental } = grpc;
const SCHEME = "corolla";

/**
 * The name under which grpc-js connects to an address: host names are handed to the socket as they
 * are. grpc-js's own look-up asks for the bare name and then for every `ip:port`; the socket's needs `host:port` only.
 */
export function grpcTarget(address: string): string {
  return `${SCHEME}:${address}`;
}

class AsItIs implements grpc.experimental.Resolver {
  #told = false;

  constructor(
    readonly target: grpc.experimental.GrpcUri,
    readonly listener: grpc.experimental.ResolverListener,
  ) {}

  updateResolution(): void {
    // An answer to every failed connection would be met by another one at once.
    if (this.#told) return;
    this.#told = true;
    const endpoints = experimental.statusOrFromValue([{ addresses: [parseAddress(this.target.path)] }]);
    queueMicrotask(() => this.#told && this.listener(endpoints, {}, null, ""));
  }

  destroy(): void {
    this.#told = false;
  }

  static getDefaultAuthority(target: grpc.experimental.GrpcUri): string {
    return target.path;
  }
}

experimental.registerResolver(SCHEME, AsItIs);

// grpc-js would write on the error stream, and among it what peers send: header values too.
grpc.setLogVerbosity(grpc.logVerbosity.NONE);

import net from "node:net";
import tls from "node:tls";
import { RpcError } from "../../rpc/status.ts";
import { formatAddress, type HostPort } from "./address.ts";
import { asBuffer } from "./headers.ts";

/** How a connection is protected: not at all, or by a server certificate that leads to a known root. */
export type ClientTls = "insecure" | {
  /** The roots to trust, as PEM; those the runtime comes with unless given. */
  readonly rootCertificates?: Uint8Array;
};

/**
 * Connects a socket, with TLS through the handshake. Names are looked up by the socket itself, so a permission for
 * exactly `host:port` is enough; proxies named in the environment are not used.
 * @throws {RpcError} UNAVAILABLE with the reason; with "handshake failed" in it when the two disagree about TLS
 */
export function dial(peer: HostPort, options: { tls: ClientTls; signal: AbortSignal }): Promise<net.Socket> {
  const { tls: wanted, signal } = options;
  const socket = wanted === "insecure"
    ? net.connect(peer)
    : tls.connect(tlsOptions(peer, wanted.rootCertificates));
  let reachedPeer = false;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      signal.removeEventListener("abort", onAbort);
      reject(asUnavailable(error, { peer, reachedPeer: reachedPeer && wanted !== "insecure" }));
      socket.destroy();
    };
    const onAbort = () => fail(signal.reason);
    const onClose = () => fail(new Error("the peer closed the connection"));
    socket.once("connect", () => reachedPeer = true);
    socket.once(wanted === "insecure" ? "connect" : "secureConnect", () => {
      signal.removeEventListener("abort", onAbort);
      socket.off("close", onClose);
      socket.setNoDelay(true);
      resolve(socket);
    });
    socket.on("error", fail);
    socket.once("close", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

function tlsOptions(peer: HostPort, rootCertificates: Uint8Array | undefined): tls.ConnectionOptions {
  return {
    ...peer,
    // A server name may not be an IP address; the certificate is held against the address all the same.
    ...(net.isIP(peer.host) ? {} : { servername: peer.host }),
    checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(peer.host, certificate),
    ...(rootCertificates ? { ca: asBuffer(rootCertificates) } : {}),
    ALPNProtocols: ["h2"],
    minVersion: "TLSv1.2",
  };
}

const CERTIFICATE_REASONS: Record<string, string> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its certificate was not signed by a trusted CA (check --root-certificates)",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate was not signed by a trusted CA (check --root-certificates)",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "its certificate was not signed by a trusted CA (check --root-certificates)",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate was not signed by a trusted CA (check --root-certificates)",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed and not trusted (check --root-certificates)",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  ERR_SSL_WRONG_VERSION_NUMBER:
    "it does not speak TLS (a server started with --insecure needs --insecure here)",
};

function asUnavailable(
  error: Error & { code?: string },
  where: { peer: HostPort; reachedPeer: boolean },
): RpcError {
  if (error instanceof RpcError) return error;
  const address = formatAddress(where.peer);
  const text = CERTIFICATE_REASONS[error.code ?? ""] ?? error.message;
  const isTls = error.code !== undefined &&
    (error.code in CERTIFICATE_REASONS || /^ERR_(TLS|SSL)_/.test(error.code));
  const details = isTls || where.reachedPeer
    ? `TLS handshake failed with ${address}: ${text}`
    : `Cannot connect to ${address}: ${text}`;
  return new RpcError("UNAVAILABLE", details, { cause: error });
}

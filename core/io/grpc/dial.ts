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
export async function dial(
  peer: HostPort,
  options: { tls: ClientTls; signal: AbortSignal },
): Promise<net.Socket> {
  try {
    return await connected(peer, options);
  } catch (error) {
    const { failure, duringHandshake } = error as DialFailure;
    if (failure instanceof RpcError) throw failure;
    const address = formatAddress(peer);
    const reason = UNTRUSTED.has(failure.code ?? "") ? await whyUntrusted(peer) : REASONS[failure.code ?? ""];
    const details = duringHandshake
      ? `TLS handshake failed with ${address}: ${reason ?? failure.message}`
      : `Cannot connect to ${address}: ${failure.message}`;
    throw new RpcError("UNAVAILABLE", details, { cause: failure });
  }
}

/** What went wrong, and whether the peer had been reached by then. */
interface DialFailure {
  readonly failure: Error & { code?: string };
  readonly duringHandshake: boolean;
}

/** @throws {DialFailure} */
function connected(peer: HostPort, options: { tls: ClientTls; signal: AbortSignal }): Promise<net.Socket> {
  const { tls: wanted, signal } = options;
  const socket = wanted === "insecure"
    ? net.connect(peer)
    : tls.connect(tlsOptions(peer, wanted.rootCertificates));
  let reachedPeer = false;
  return new Promise((resolve, reject) => {
    const fail = (error: DialFailure["failure"]) => {
      signal.removeEventListener("abort", onAbort);
      const isTls = /^ERR_(TLS|SSL)_/.test(error.code ?? "") || UNTRUSTED.has(error.code ?? "");
      reject({ failure: error, duringHandshake: wanted !== "insecure" && (reachedPeer || isTls) });
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

/** What the runtime says of every certificate that it does not trust, for whatever reason. */
const UNTRUSTED = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
]);

const REASONS: Record<string, string | undefined> = {
  ERR_SSL_WRONG_VERSION_NUMBER:
    "it does not speak TLS (a server started with --insecure needs --insecure here)",
};

/** How long the peer may take to show its certificate once more. */
const LOOK_TIMEOUT_MS = 5_000;

/** Looks at a certificate that was refused, over a connection that carries nothing else, to say why it was. */
async function whyUntrusted(peer: HostPort): Promise<string> {
  const certificate = await peerCertificate(peer);
  const now = Date.now();
  if (now > Date.parse(certificate?.valid_to ?? "")) {
    return `its certificate has expired (${certificate!.valid_to})`;
  }
  if (now < Date.parse(certificate?.valid_from ?? "")) {
    return `its certificate is not valid yet (before ${certificate!.valid_from}): check this machine's clock`;
  }
  const issuer = certificate?.issuer?.CN ? `, but by "${certificate.issuer.CN}"` : "";
  return `its certificate was not signed by a trusted CA${issuer} (check --root-certificates)`;
}

function peerCertificate(peer: HostPort): Promise<tls.PeerCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = tls.connect({ ...tlsOptions(peer, undefined), rejectUnauthorized: false });
    const done = (certificate?: tls.PeerCertificate) => {
      clearTimeout(timer);
      resolve(certificate);
      socket.destroy();
    };
    const timer = setTimeout(done, LOOK_TIMEOUT_MS);
    socket.on("error", () => done());
    socket.once("secureConnect", () => done(socket.getPeerCertificate()));
  });
}

import * as grpc from "@grpc/grpc-js";
import net from "node:net";
import tls from "node:tls";
import { formatAddress, type HostPort } from "./address.ts";
import { asBuffer } from "./metadata.ts";

/** How a connection is protected: not at all, or by a server certificate that leads to a known root. */
export type ClientTls = "insecure" | {
  /** The roots to trust, as PEM; those the runtime comes with unless given. */
  readonly rootCertificates?: Uint8Array;
  /** Hears of the certificate that the peer showed, with each connection that is made. */
  readonly onCertificate?: (certificate: PeerCertificate) => void;
};

/** What a peer's certificate says, when it is trusted. */
export interface PeerCertificate {
  /** `host:port` of the peer. */
  readonly address: string;
  /** Its distinguished name, a part a line. */
  readonly subject: string;
  /** When it ends. Unix milliseconds. */
  readonly endsAtMs: number;
}

/** What begins every reason for which the two ends disagree about TLS. */
export const HANDSHAKE_FAILED = "TLS handshake failed";

/** How long a peer may take for its part of the handshake, and to show its certificate once more. */
const HANDSHAKE_TIMEOUT_MS = 15_000;
const LOOK_TIMEOUT_MS = 5_000;

/**
 * TLS for a connection to one peer. grpc-js would give an IP address as server name, which TLS does not allow, and
 * would not say why a certificate is refused.
 */
export class TlsCredentials extends grpc.ChannelCredentials {
  readonly #peer: HostPort;
  readonly #tls: Exclude<ClientTls, "insecure">;

  constructor(peer: HostPort, tls: Exclude<ClientTls, "insecure">) {
    super();
    this.#peer = peer;
    this.#tls = tls;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: grpc.experimental.GrpcUri,
    _options: grpc.ChannelOptions,
    credentials = grpc.credentials.createEmpty(),
  ): grpc.experimental.SecureConnector {
    return {
      connect: async (socket) => ({ socket: await this.#handshake(socket), secure: true }),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => credentials,
      destroy: () => {},
    };
  }

  /** @throws {Error} that begins with {@link HANDSHAKE_FAILED} */
  async #handshake(socket: net.Socket): Promise<tls.TLSSocket> {
    try {
      const secure = await secured({ ...tlsOptions(this.#peer, this.#tls.rootCertificates), socket });
      this.#show(secure);
      return secure;
    } catch (error) {
      const { code = "", message } = error as Error & { code?: string };
      const reason = UNTRUSTED.has(code) ? await whyUntrusted(this.#peer) : REASONS[code] ?? message;
      throw new Error(`${HANDSHAKE_FAILED} with ${formatAddress(this.#peer)}: ${reason}`, { cause: error });
    }
  }

  #show(socket: tls.TLSSocket): void {
    if (!this.#tls.onCertificate) return;
    const { subject, valid_to } = socket.getPeerCertificate();
    this.#tls.onCertificate({
      address: formatAddress(this.#peer),
      subject: Object.entries(subject ?? {}).map(([part, value]) => `${part}=${value}`).join("\n"),
      endsAtMs: Date.parse(valid_to),
    });
  }
}

/** Resolves with the socket after the handshake. */
function secured(options: tls.ConnectionOptions, timeoutMs = HANDSHAKE_TIMEOUT_MS): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(options);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
      socket.destroy();
    };
    const onClose = () => fail(new Error("the peer closed the connection"));
    const timer = setTimeout(() => fail(new Error("the peer does not answer")), timeoutMs);
    socket.on("error", fail);
    socket.once("close", onClose);
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      socket.off("close", onClose);
      resolve(socket);
    });
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

/** Looks at a certificate that was refused, over a connection that carries nothing else, to say why it was. */
async function whyUntrusted(peer: HostPort): Promise<string> {
  const options = { ...tlsOptions(peer, undefined), rejectUnauthorized: false };
  const socket = await secured(options, LOOK_TIMEOUT_MS).catch(() => undefined);
  const certificate = socket?.getPeerCertificate();
  socket?.destroy();
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

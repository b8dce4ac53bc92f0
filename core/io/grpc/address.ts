/** A host and a port as people write them. */
export interface HostPort {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`; an IPv6 address stands in brackets: `[::1]:9092`. Port 0 lets the system choose.
 * @throws {TypeError} when the text is neither
 */
export function parseAddress(address: string): HostPort {
  const match = address.match(/^(?:\[([^\s[\]]*:[^\s[\]]*)\]|([^\s:/[\]]+)):(\d{1,5})$/);
  const port = Number(match?.[3]);
  if (!match || port > 65535) {
    throw new TypeError(
      `Cannot use "${address}" as an address: expected host:port such as 127.0.0.1:9092 or [::1]:9092, ` +
        `with a port from 0 to 65535`,
    );
  }
  return { host: match[1] ?? match[2], port };
}

/** Writes an address so that {@link parseAddress} reads it. */
export function formatAddress({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

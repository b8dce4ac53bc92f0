import { formatAddress, type HostPort, parseAddress } from "../../core/io/grpc/address.ts";
import { UserError } from "../output.ts";

/** Reads the address a flag gives. @throws {UserError} naming the flag when it is none */
export function addressFrom(text: string, flag: string): HostPort {
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(
      `Cannot use --${flag} ${text}: it must be HOST:PORT, such as 127.0.0.1:9092 or [::1]:9092, with a port from 0 to 65535`,
      { exitCode: 600 },
    );
  }
}

/** Reads the address a flag gives, if it gives one: the text as it is. @throws {UserError} naming the flag when it is none */
export function optionalAddress(text: string | undefined, flag: string): string | undefined {
  if (text !== undefined) addressFrom(text, flag);
  return text;
}

/** Where programs on this machine reach a listener: one on all interfaces is reached over loopback. */
export function reachableHere(address: string): string {
  const { host, port } = parseAddress(address);
  const loopback = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return formatAddress({ host: loopback, port });
}

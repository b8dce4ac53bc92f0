const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const VERSION_4 = new RegExp(`^(?:${BYTE}\\.){3}${BYTE}$`);

/**
 * Whether a text is an IP address: four decimal bytes, or IPv6 without brackets, with a zone or without. `isIP` of
 * `node:net` answers alike, but brings some megabytes of sockets into every thread that asks.
 */
export function isIpAddress(text: string): boolean {
  if (VERSION_4.test(text)) return true;
  const [address, ...zone] = text.split("%");
  if (!/^[\da-f:.]*:[\da-f:.]*$/i.test(address) || zone.length > 1 || zone[0] === "") return false;
  return URL.canParse(`http://[${address}]/`);
}

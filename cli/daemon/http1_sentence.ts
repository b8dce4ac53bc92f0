/** Which releases of Flower speak gRPC with each of our listeners. Later ones speak HTTP, which is not served yet. */
const SPEAKERS: Readonly<Record<string, string>> = {
  "Control API": "`flwr` of Flower 1.32",
  "ServerAppIo API": "SuperExecs and app processes of Flower 1.32",
  "ClientAppIo API": "SuperExecs and app processes of Flower 1.32",
  "Fleet API": "SuperNodes of Flower 1.26 to 1.39",
};

/** What somebody is told who speaks HTTP/1 to a listener. @param api its name as in the log */
export function http1Answer(api: string): string {
  const name = Object.keys(SPEAKERS).find((known) => api.startsWith(known));
  if (name === undefined) return `This port of corolla speaks gRPC (HTTP/2) only: it is the ${api}.`;
  return `This port of corolla is Flower's ${name} over gRPC (HTTP/2), for ${SPEAKERS[name]}. ` +
    "The HTTP APIs of later releases are not served yet.";
}

import { makeCertificate, makeServerFiles } from "../fakes/certificates.ts";
import type { Stage } from "../interop/harness.ts";

/** Server files that fit each other, and some that do not: their paths. */
export async function tlsFiles(stage: Stage): Promise<Record<string, string>> {
  const { ca, server } = await makeServerFiles();
  const other = await makeServerFiles();
  const expired = await makeCertificate({
    ...{ name: "expired", issuer: ca, hosts: ["localhost"], validDays: [-30, -2] },
  });
  const contents = {
    ca: ca.certificate,
    certificate: server.certificate,
    key: server.privateKey,
    otherCa: other.ca.certificate,
    otherKey: other.server.privateKey,
    expired: expired.certificate,
    expiredKey: expired.privateKey,
  };
  return Object.fromEntries(
    Object.entries(contents).map(([name, content]) => [
      name,
      stage.write(`${name}.pem`, new TextDecoder().decode(content)),
    ]),
  );
}

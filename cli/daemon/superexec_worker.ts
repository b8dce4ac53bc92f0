import { superexecSigner } from "../../core/auth/superexec_signer.ts";
import { versionHeaders } from "../../core/auth/version.ts";
import { systemClock } from "../../core/io/clock.ts";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { systemRandom } from "../../core/io/random.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { createSuperExec } from "../../core/superexec/superexec.ts";
import { clientAppIo, serverAppIo } from "../../core/wire/methods.ts";
import { UserError } from "../output.ts";
import { parentGone } from "./parent_watch.ts";
import { watchPeer } from "./peer_watch.ts";
import { serveRole } from "./role_worker.ts";
import type { SuperExecSettings } from "./superexec_settings.ts";

const [clock, random] = [systemClock, systemRandom];

serveRole<SuperExecSettings>([], (settings, { log, launcher }) => {
  const { appIoAddress: address, appIoTls, plugin, secret, appRuntimeDefault } = settings;
  const over = new AbortController();
  const onCertificate = watchPeer({ clock, log, signal: over.signal });
  const transport = connectGrpc({
    address,
    tls: appIoTls.insecure ? "insecure" : { ...appIoTls, onCertificate },
  });
  const credentials = [versionHeaders("SuperExec")];
  if (secret) credentials.push(superexecSigner(secret, { clock, random }));
  const superexec = createSuperExec({
    appIo: new RpcClient(transport, { credentials, retry: {}, clock, random, log }),
    methods: plugin === "serverapp" ? serverAppIo : clientAppIo,
    plugin,
    launcher: launcher!,
    endpoint: { address, rootCertificates: appIoTls.rootPath },
    clock,
    log,
    appRuntimeDefault,
  });
  if (settings.parentPid !== undefined) {
    parentGone(settings.parentPid, { clock, signal: over.signal }).then(() => over.abort());
  }
  const ended = superexec.run(over.signal).then(() => 0, refused).finally(() => {
    over.abort();
    transport.close();
  });
  const stop = async () => {
    over.abort();
    await ended;
  };
  return Promise.resolve({ ended, stop });
});

function refused(error: unknown): never {
  if (!(error instanceof RpcError)) throw error;
  throw new UserError(`The AppIo API refuses this SuperExec: ${error.details || error.code}`, {
    hint: "Check --appio-api-address, --plugin-type and --superexec-auth-secret-file",
  });
}

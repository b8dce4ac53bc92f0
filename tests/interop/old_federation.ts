/** Federations around an official SuperLink of Flower 1.14.0, whose flags and connections are others than today's. */
import { assert, assertEquals } from "@std/assert";
import { freePort } from "../fakes/free_port.ts";
import { appFolder } from "./app_folder.ts";
import { makeCredentials, type Security } from "./federation.ts";
import { guideFlags } from "./guide_flags.ts";
import type { Maker, Role, Stage } from "./harness.ts";
import { appIoFlags, binOf } from "./releases.ts";

/** The last release that authenticates with a MAC. */
export const OLD_RELEASE = "1.14.0";

/** Without TLS, or with TLS and a list of the SuperNodes that may come. */
export type OldSecurity = Exclude<Security, "tls">;

/** A SuperLink of 1.14.0, and what was started around it. */
export class OldFederation {
  private constructor(
    readonly stage: Stage,
    readonly security: OldSecurity,
    readonly addresses: { readonly exec: string; readonly fleet: string },
  ) {}

  /** Starts the SuperLink. */
  static async start(stage: Stage, security: OldSecurity): Promise<OldFederation> {
    if (security === "auth") await makeCredentials(stage, 3);
    const [exec, fleet, appIo] = [freePort(), freePort(), freePort()].map((port) => `127.0.0.1:${port}`);
    const superlink = stage.start({
      name: `superlink-${OLD_RELEASE}`,
      maker: "official",
      bin: binOf(OLD_RELEASE),
      program: "superlink",
      args: [
        ...security === "auth" ? [...serverCertificates(stage), ...guideFlags(stage)] : ["--insecure"],
        ...["--exec-api-address", exec, "--fleet-api-address", fleet, "--serverappio-api-address", appIo],
      ],
    });
    await superlink.says(/Starting Fleet API/);
    return new OldFederation(stage, security, { exec, fleet });
  }

  /** Starts a SuperNode of ours, or an official one of the same release. */
  node(maker: Maker, { partition, flags = [] }: { partition: number; flags?: readonly string[] }): Role {
    return startNode(this.stage, { ...this, fleet: this.addresses.fleet, maker, partition, flags });
  }

  /** Runs the app for 1.14.0 with its own `flwr` until it comes to the known result. */
  async succeed(config: string): Promise<void> {
    const app = appFolder(this.stage, "driver");
    const trust = this.security === "auth"
      ? `root-certificates = "${this.stage.path("certificates/ca.crt")}"`
      : "insecure = true";
    const project = Deno.readTextFileSync(`${app}/pyproject.toml`);
    const connection = `\n[tool.flwr.federations.test]\naddress = "${this.addresses.exec}"\n${trust}\n`;
    Deno.writeTextFileSync(`${app}/pyproject.toml`, project + connection);
    const { code, stdout, stderr } = await this.stage.run({
      name: `user-of-${OLD_RELEASE}`,
      maker: "official",
      bin: binOf(OLD_RELEASE),
      program: "flwr",
      args: ["run", app, "test", "--run-config", config, "--stream"],
    });
    assertEquals(code, 0, `status of flwr run: ${stdout}${stderr}`);
    const result = "The model is 8.0 everywhere after 4.0 calls of each of 3 nodes";
    assert(`${stdout}${stderr}`.includes(result), `flwr run --stream: ${stdout}${stderr}`);
  }
}

/** Starts a SuperNode with the flags of the guide: of ours, or an official one of 1.14.0. */
export function startNode(
  stage: Stage,
  setting: {
    maker: Maker;
    security: OldSecurity;
    fleet: string;
    partition: number;
    flags?: readonly string[];
  },
): Role {
  const { maker, security, fleet, partition, flags = [] } = setting;
  const isOld = maker === "official";
  const credentials = stage.path(`keys/client_credentials_${partition + 1}`);
  return stage.start({
    name: `supernode-${partition}-${isOld ? OLD_RELEASE : maker}`,
    maker,
    bin: isOld ? binOf(OLD_RELEASE) : undefined,
    program: "supernode",
    args: [
      ...security === "auth"
        ? [
          ...["--root-certificates", stage.path("certificates/ca.crt")],
          ...["--auth-supernode-private-key", credentials],
          ...["--auth-supernode-public-key", `${credentials}.pub`],
        ]
        : ["--insecure"],
      ...["--superlink", fleet],
      ...appIoFlags(isOld ? OLD_RELEASE : undefined),
      ...["--node-config", `partition-id=${partition} num-partitions=3`],
      ...flags,
    ],
  });
}

function serverCertificates(stage: Stage): string[] {
  const file = (name: string) => stage.path(`certificates/${name}`);
  return [
    ...["--ssl-ca-certfile", file("ca.crt")],
    ...["--ssl-certfile", file("server.pem")],
    ...["--ssl-keyfile", file("server.key")],
  ];
}

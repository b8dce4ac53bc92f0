import { assert, assertEquals } from "@std/assert";
import { type Fence, fenced } from "./fence_command.ts";

const plan = (name: string) => ({
  read: ["/usr", "/proc/self", `/${name}`],
  execute: ["/bin/program", "/usr/lib/loader"],
  write: ["/dev/null"],
  devices: [],
  ports: [],
  datagrams: false,
});
const plans = {
  typescript: { serverapp: plan("ts-server"), clientapp: plan("ts-client") },
  python: { serverapp: plan("py-server"), clientapp: plan("py-client") },
};
const command = { executable: "/bin/program", args: ["--token-file", "-"] };
const appIo = { address: "[::1]:9094", rootCertificates: "/ca.crt" };

Deno.test("fence command: Landlock is set by our own program, for this app's folders and port", () => {
  const fence: Fence = { kind: "landlock", command: { executable: "/opt/corolla", args: [] }, plans };
  const order = { plugin: "serverapp", runtime: "python", appIo } as const;
  assertEquals(fenced(fence, { command, order, places: { scratch: "/scratch/1", run: "/runs/7" } }), {
    executable: "/opt/corolla",
    args: [
      ...["fence", "--with-parent", "--read", "/usr", "--read", "/proc/self", "--read", "/py-server"],
      ...[
        "--read",
        "/ca.crt",
        "--execute",
        "/bin/program",
        "--execute",
        "/usr/lib/loader",
        "--write",
        "/dev/null",
      ],
      ...["--write", "/scratch/1", "--write", "/runs/7", "--connect", "9094"],
      ...["--", "/bin/program", "--token-file", "-"],
    ],
  });
});

Deno.test("fence command: bubblewrap is told the same, but for what it makes itself", () => {
  const fence: Fence = { kind: "bubblewrap", command: { executable: "/usr/bin/bwrap", args: [] }, plans };
  const order = { plugin: "clientapp", runtime: "typescript", appIo } as const;
  const { executable, args } = fenced(fence, { command, order, places: { scratch: "/scratch/1" } });
  assertEquals(executable, "/usr/bin/bwrap");
  const text = args.join(" ");
  assert(text.includes("--ro-bind-try /ts-client /ts-client"));
  assert(text.includes("--bind-try /scratch/1 /scratch/1"));
  assert(!text.includes("loader"));
  assert(!/bind-try \/(proc|dev)/.test(text));
  assert(text.endsWith("-- /bin/program --token-file -"));
});

Deno.test("fence command: the name of an AppIo service can be looked up, where it has one", () => {
  const fence: Fence = { kind: "landlock", command: { executable: "/opt/corolla", args: [] }, plans };
  const wayTo = (address: string) => {
    const order = { plugin: "clientapp", runtime: "typescript", appIo: { address } } as const;
    const { args } = fenced(fence, { command, order, places: { scratch: "/scratch/1" } });
    return args.slice(args.indexOf("--connect"), args.indexOf("--")).join(" ");
  };
  assertEquals(wayTo("127.0.0.1:9094"), "--connect 9094");
  assertEquals(wayTo("localhost:9094"), "--connect 9094");
  assertEquals(wayTo("superlink.example.org:9091"), "--connect 9091 --connect 53 --datagrams");
});

Deno.test("fence command: bubblewrap leaves a Python app no network where it has a socket to go through", () => {
  const fence: Fence = { kind: "bubblewrap", command: { executable: "/usr/bin/bwrap", args: [] }, plans };
  const appIo = { address: "127.0.0.1:9094", socketPath: "/home/node/appio.sock" };
  const network = (fence: Fence, order: Parameters<typeof fenced>[1]["order"]) => {
    const { args } = fenced(fence, { command, order, places: { scratch: "/scratch/1" } });
    const at = args.indexOf("--unshare-net");
    return at < 0 ? "the machine's" : args.slice(at, args.indexOf("--")).join(" ");
  };
  const python = { plugin: "clientapp", runtime: "python", appIo } as const;
  assertEquals(network(fence, python), "--unshare-net --bind /home/node/appio.sock /home/node/appio.sock");
  assertEquals(network(fence, { ...python, appIo: { address: appIo.address } }), "the machine's");
  assertEquals(network(fence, { ...python, runtime: "typescript" }), "the machine's");
  const granted = { ...plan("granted"), ports: [443] };
  const open = { ...plans, python: { serverapp: granted, clientapp: granted } };
  assertEquals(network({ ...fence, plans: open }, python), "the machine's");
  assertEquals(network({ ...fence, kind: "landlock" }, python), "the machine's");
});

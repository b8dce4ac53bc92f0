import { becomeFenced, kernelFence } from "../../core/io/fence.ts";
import { command } from "../command.ts";
import { texts, toggle, UsageError } from "../config/flags.ts";
import { UserError } from "../output.ts";

/** `corolla fence`: sets a kernel's fence around an app process and becomes it. Daemons start this. */
export const fence = command({
  summary: "Run a program that can touch only what is named. Daemons start app processes with it.",
  words: ["[PROGRAM]", "[ARG...]"],
  takesMore: true,
  flags: {
    probe: toggle({ help: "Print the kernel's Landlock generation, 0 where there is none, and do nothing" }),
    read: texts({ placeholder: "PATH", help: "A file, or a folder with what lies in it, to be read" }),
    execute: texts({ placeholder: "PATH", help: "The same, and to be run as programs" }),
    write: texts({ placeholder: "PATH", help: "The same, to be read and changed" }),
    device: texts({ placeholder: "PATH", help: "A device, to be read, written and controlled" }),
    connect: texts({ placeholder: "PORT", help: "A TCP port to connect to, or any" }),
    datagrams: toggle({ help: "Let datagrams be sent, for looking up names" }),
    "with-parent": toggle({ help: "End the program when the process that started it is gone" }),
  },
}, ({ flags, words }, env) => {
  if (flags.probe) {
    env.stdout(`${kernelFence()}\n`);
    return Promise.resolve(0);
  }
  if (words.length === 0) throw new UsageError("Cannot go on without the program to run");
  const { read, execute, write, device, connect, datagrams } = flags;
  const withParent = flags["with-parent"];
  const ports = connect.includes("any") ? "any" : connect.map(portFrom);
  try {
    becomeFenced({ read, execute, write, devices: device, ports, datagrams }, { words, withParent });
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), {
      hint: "The daemon's log says at its start which fence this machine has",
    });
  }
});

function portFrom(typed: string): number {
  const port = Number(typed);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new UsageError(`Cannot use --connect ${typed}: it must be a port or any`);
}

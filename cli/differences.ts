/** Something that is not as in Flower 1.32.1, on purpose. */
export interface Difference {
  /** The flag, command or behaviour. */
  readonly what: string;
  /** What the official programs do. */
  readonly upstream: string;
  /** What corolla does. */
  readonly corolla: string;
  readonly why: string;
}

/** Everything that is not as in Flower 1.32.1, on purpose: what README's table is made of. */
export const differences: readonly Difference[] = [
  {
    what: "`flwr … --format json`, failures",
    upstream: "exit status 0",
    corolla: "the same JSON, exit status 1 (2 for a wrong command line)",
    why: "a script sees that it failed",
  },
  {
    what: "`flwr run --stream`",
    upstream: "exit status 0 whatever becomes of the run",
    corolla: "exit status 1 and the reason when the run failed or was stopped; 130 after Ctrl-C",
    why: "a script sees how the run ended",
  },
  {
    what: "`flwr log`, `flwr run --stream`: the last lines",
    upstream: "the stream ends when the run does; what was printed just before may be missing",
    corolla: "asks again until nothing new comes, on official SuperLinks too",
    why: "the last lines say why a run failed",
  },
  {
    what: "`flwr list`",
    upstream: "a failed run is `finished:failed`; the reason only with `--run-id`",
    corolla: "under the same table a line with the reason for each of the newest three failed runs",
    why: "the reason is what one looks for",
  },
  {
    what: "tables of `flwr` in a pipe",
    upstream: "80 columns wide, cells cut with `…`",
    corolla: "as wide as needed, nothing cut",
    why: "run ids in a file can be used",
  },
  {
    what: "`--run-config`, `--node-config`: `-c a.x=1 -c a.y=2`",
    upstream: "`a.x` is lost",
    corolla: "both count",
    why: "nobody loses a setting",
  },
  {
    what: "`--run-config`, `--node-config`: text that is no `key=value`, such as `rounds = 5`",
    upstream: "dropped silently, or a traceback",
    corolla: "refused, with the piece that is wrong and how to write it",
    why: "a run with half of its settings helps nobody",
  },
  {
    what: "`flwr run -c` with a key that the app does not have",
    upstream: "the SuperLink refuses it: not present in the main dictionary",
    corolla: "refused before anything is sent, with the keys that there are",
    why: "one clear sentence",
  },
  {
    what: "`flwr build` in a folder whose name has `_`, blanks or more than 32 letters",
    upstream: "refused",
    corolla: "built: the app's name in pyproject.toml counts",
    why: "`flwr run` takes such folders, too",
  },
  {
    what: "`flwr build`, `flwr run`: a component's module that is not in the app",
    upstream: "refused unless it is installed on this machine",
    corolla: "refused when the app has its package, a warning when it may be installed where the app runs",
    why: "corolla's command line runs without Python",
  },
  {
    what: "`flwr install` of an app that is installed",
    upstream: "asks; without a terminal it fails",
    corolla: "checks that the files are the same, and puts them right if they are not",
    why: "a script can repeat it",
  },
  {
    what: "`flwr new`",
    upstream: "downloads an app from Flower Hub; no templates of its own",
    corolla:
      "`flwr new NAME --template typescript|python|…` makes an app, or one of the examples, without a network; Hub apps are refused",
    why: "works offline; there is no login yet",
  },
  {
    what: "`flwr app publish`, `flwr app review`, `flwr login` on a SuperLink with accounts",
    upstream: "log in at Flower",
    corolla: "refused with a sentence",
    why: "there is no login yet",
  },
  {
    what: "a new `config.toml`",
    upstream: "connections `local` and `supergrid`",
    corolla: "also `local-deployment`: 127.0.0.1:9093 without TLS",
    why: "the first run needs no editing",
  },
  {
    what: "simulations of TypeScript apps",
    upstream: "none",
    corolla:
      "in Workers of one process, without Ray; `--federation-config` also knows `seed` and `fresh-workers`",
    why: "the same run can be had again; a round costs its work only",
  },
  {
    what: "simulations of Python apps",
    upstream: "by Ray",
    corolla:
      "by the official `flwr-simulation` on the daemon's `PATH`, under `--app-fence none`; otherwise refused with a sentence",
    why: "Ray does not fit through a fence",
  },
  {
    what: "moving `[tool.flwr.federations]` to `config.toml`",
    upstream: "rewrites `config.toml`: comments are lost, nested tables flattened",
    corolla: "adds to it; only a connection of the same name makes it write the file anew",
    why: "what the user wrote stays",
  },
  {
    what: "`flwr federation list --federation NAME` with an unknown name",
    upstream: "Internal server error.",
    corolla: "says that there is none, and which there are",
    why: "one clear sentence",
  },
  {
    what: "`flwr supernode register` with a bad key file and `--format json`",
    upstream: "text",
    corolla: "JSON like every other failure",
    why: "a script can read it",
  },
  {
    what: "`flower-superlink --database`",
    upstream: "in memory unless given; all is lost with the process",
    corolla: "`$FLWR_HOME/superlink/state.db` unless given; `:flwr-in-memory:` as upstream",
    why: "a restart loses nothing",
  },
  {
    what: "messages and objects of a run that ended",
    upstream: "stay until somebody looks",
    corolla: "go at once",
    why: "the state does not grow with every run",
  },
  {
    what: "`flower-superlink --insecure` together with certificates",
    upstream: "the certificates are passed over",
    corolla: "an error",
    why: "whoever names certificates believes that TLS is on",
  },
  {
    what: "`flower-superlink --auth-list-public-keys`",
    upstream: "removed: refused with exit code 104",
    corolla: "the keys in the file are known, as in Flower up to 1.22",
    why: "the published guide still says so",
  },
  {
    what:
      "`flower-superlink --fleet-api-type rest`, `grpc-adapter`; `flower-supernode --rest`, `--grpc-adapter`",
    upstream: "other transports for the Fleet API",
    corolla: "refused with a sentence: grpc-rere is spoken",
    why: "official SuperNodes speak grpc-rere unless told otherwise",
  },
  {
    what: "`flower-superlink --log-file`, rotated files",
    upstream: "the date is put behind the name",
    corolla: "`.1` (the youngest) to `.N`; the place of the code that spoke is not in the lines",
    why: "the SuperLink may write exactly the files that are known beforehand",
  },
  {
    what: "`flower-supernode --superlink`",
    upstream: "0.0.0.0:9092 unless given",
    corolla: "127.0.0.1:9092 unless given",
    why: "the same place, but a name that a certificate can have",
  },
  {
    what: "`flower-supernode --trusted-entities`",
    upstream: "runs only apps that somebody in the file has signed on Flower Hub",
    corolla: "refused with a sentence",
    why: "corolla does not talk to Flower Hub",
  },
  {
    what: "`flower-superexec --executor kubernetes`, `--executor-config`",
    upstream: "starts app processes as Kubernetes jobs",
    corolla: "refused with a sentence",
    why: "run a SuperExec in each pod instead",
  },
  {
    what: "`flower-superexec --plugin-type serverapp-ephemeral`",
    upstream: "a SuperExec that becomes the app process of its first task",
    corolla: "refused with a sentence: `serverapp`",
    why: "one SuperExec serves many tasks",
  },
  {
    what: "`--health-server-address`: `grpc.health.v1.Health/Check`",
    upstream: "always SERVING, whatever service is asked about",
    corolla: "NOT_SERVING while starting and stopping; NOT_FOUND for a service that is not offered",
    why: "it tells the truth",
  },
  {
    what: "`--health-server-address`: `grpc.health.v1.Health/Watch`, `List`",
    upstream: "UNIMPLEMENTED",
    corolla: "answered",
    why: "whoever watches hears of the end before it comes",
  },
  {
    what: "HTTP/1.1 on any port",
    upstream: "the connection is closed",
    corolla: "status 505 and a sentence: what the port speaks, and with which releases",
    why: "later releases speak HTTP, and their users see why it does not work",
  },
  {
    what: "`flwr new --framework`, `--username`",
    upstream: "deprecated: refused with a sentence",
    corolla: "refused with the flag to use instead: `--template`, `--publisher`",
    why: "`flwr new` makes apps without a network",
  },
  {
    what: "`flwr --install-completion`, `--show-completion`",
    upstream: "for the shell that runs it; completes by starting Python",
    corolla:
      "for the login shell, or the one that is named behind it; also `corolla completion bash|zsh|fish`",
    why: "one script for all names of the program",
  },
  {
    what: "a reply that is stored when its node goes offline or is unregistered",
    upstream: "lost: the ServerApp gets error 5 (Node Unavailable)",
    corolla: "the ServerApp gets the reply",
    why: "the work is done and the answer is there",
  },
  {
    what: "a message that its node neither confirms nor answers before it asks for more",
    upstream: "lost: delivered once, the ServerApp waits until the message expires",
    corolla:
      "delivered again to the same node, three times in all while its run runs; then the ServerApp gets error 0 with the reason. A stored reply counts as a confirmation",
    why: "a broken connection costs no result, and a message that cannot arrive ends with a reason",
  },
  {
    what: "a SuperNode that is started again amid its work",
    upstream: "the ServerApp waits until the message expires",
    corolla:
      "an official SuperNode's confirmed messages are answered with error 8 at once; a SuperNode of ours, which keeps its message until it has replied, gets it again",
    why: "nobody waits for an answer that cannot come",
  },
  {
    what: "a SuperNode killed with `kill -9`",
    upstream: "cannot activate again for up to 60 s",
    corolla:
      "may return with its key at once when its former connection is closed, or was silent for one heartbeat interval; a second live SuperNode is refused as upstream",
    why: "a restart is not an outage",
  },
  {
    what: "`GetNodes`, and so a strategy's choice",
    upstream: "lists a node until its lease of 60 s is over",
    corolla: "leaves out a node whose connection is gone",
    why: "work for a node that was killed would only be waited for",
  },
  {
    what: "a ClientApp that dies between two calls, a crashed app process",
    upstream: "the SuperNode waits for ever, or 47 to 63 s",
    corolla:
      "noticed when the process exits: the message is answered with error 8, a run fails with the process's last words",
    why: "nobody waits for a process that is gone",
  },
  {
    what: "`PullTaskInput` whose answer was lost with its connection",
    upstream: "the run fails: the input is given once",
    corolla: "given again to the same process until it makes use of it",
    why: "a SuperLink killed at that instant costs no run",
  },
  {
    what: "Fleet `PushMessages` with a reply that is stored already",
    upstream: "answered as refused",
    corolla: "answered as stored",
    why: "a reply whose answer was lost may be sent again",
  },
  {
    what: "polls (`PullMessages`, `PullPendingTasks`)",
    upstream: "answered at once; the peers sleep 1 to 3 s in between",
    corolla:
      "held until there is something to say: 25 s for nodes and SuperExecs; for a ServerApp 3 s in all between two pushes, and at once when every reply is there",
    why: "rounds take as long as the work",
  },
  {
    what: "a message whose objects are still being uploaded",
    upstream: "delivered, and its node asks for the objects again and again",
    corolla: "delivered when it is whole; until then others go first",
    why: "no waiting for bytes that are not there",
  },
  {
    what: "messages and replies that are refused",
    upstream: "their objects are asked for all the same, and kept until the run ends",
    corolla: "nothing is asked for",
    why: "nobody uploads what is thrown away",
  },
  {
    what: "an object whose id is known",
    upstream: "readable by every peer of every run",
    corolla: "readable only through a message that the caller sent or was sent in that run",
    why: "runs do not see each other's data",
  },
  {
    what: "`StreamLogs`",
    upstream: "what is printed just before the end may be missing",
    corolla: "all of it, then the end",
    why: "the last lines say why a run failed",
  },
  {
    what: "the key of a SuperNode that was unregistered",
    upstream: "stays reserved for ever",
    corolla: "the same, unless the SuperLink has `--allow-key-reuse`",
    why: "a machine that was set up anew can keep its key",
  },
  {
    what: "`RegisterNode` and `ActivateNode` with a key that the caller does not hold",
    upstream: "accepted",
    corolla: "UNAUTHENTICATED",
    why: "nobody takes another's place",
  },
  {
    what: "Control `RegisterNode` with a P-192 or P-224 key",
    upstream: "accepted",
    corolla: "refused as not valid: P-256, P-384 or P-521",
    why: "those curves are too weak today",
  },
  {
    what: "credentials on Fleet that cannot be read",
    upstream: "UNKNOWN",
    corolla: "UNAUTHENTICATED",
    why: "a bad credential is no accident of the server",
  },
  {
    what: "an RPC method that is unknown",
    upstream: "UNKNOWN, or UNAUTHENTICATED on the AppIo services",
    corolla: "UNIMPLEMENTED",
    why: "a newer peer learns what it may not call, and is not ended by it",
  },
];

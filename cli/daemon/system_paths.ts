/** What of a Linux system every app may read: programs' libraries and what they look up, and nothing that is secret. */
export const SYSTEM_PATHS: readonly string[] = [
  ...["/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store"],
  ...[
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "timezone",
    "hosts",
    "host.conf",
    "resolv.conf",
    "nsswitch.conf",
    "gai.conf",
    "protocols",
    "services",
    "mime.types",
    "alternatives",
    "fonts",
    "crypto-policies",
    "ca-certificates",
    // Beside these, private keys have their place.
    "ssl/certs",
    "ssl/cert.pem",
    "ssl/openssl.cnf",
    "pki/ca-trust/extracted",
    "pki/tls/certs",
    "pki/tls/cert.pem",
    "pki/tls/openssl.cnf",
  ].map((name) => `/etc/${name}`),
  ...[
    // The process itself; of others there is nothing to be seen.
    "self",
    "cpuinfo",
    "meminfo",
    "stat",
    "loadavg",
    "uptime",
    "version",
    "filesystems",
    "sys/vm",
    "sys/kernel",
  ].map((name) => `/proc/${name}`),
  ...["/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage"],
  ...["/dev/random", "/dev/urandom", "/dev/zero"],
];

/** What starts a program that is not linked into one piece. */
export const LOADERS: readonly string[] = [
  "/lib64/ld-linux-x86-64.so.2",
  "/lib/ld-linux-aarch64.so.1",
  "/lib/ld-linux-armhf.so.3",
];

/** Where every program may write, for nothing is kept there. */
export const SINKS: readonly string[] = ["/dev/null", "/dev/full"];

/** Where drivers tell about the devices that they drive; of use only with one of these. */
export const DRIVER_PATHS: readonly string[] = [
  "/sys",
  "/proc/driver",
  "/proc/devices",
  "/proc/modules",
  "/etc/OpenCL",
];

"""What an app may not do. An attempt that comes to its end has broken out."""

import ctypes
import os
import signal
import socket
import subprocess
import sys


def outcome(name, attempt):
    try:
        return f"{name}: DONE: {attempt()!r}"[:300]
    except BaseException as error:  # noqa: B902
        return f"{name}: refused: {type(error).__name__}: {error}"[:300]


def read(path):
    with open(path, "rb") as file:
        return file.read(64)


def write(path):
    with open(path, "w") as file:
        file.write("by the app")


def connected(host, port):
    with socket.create_connection((host, port), timeout=5) as connection:
        return connection.getpeername()


def fast_open(port):
    with socket.socket() as connection:
        return connection.sendto(b"x", 0x20000000, ("127.0.0.1", port))


def child_reads(path):
    got = subprocess.run([sys.executable, "-c", f"print(open({path!r}).read())"], capture_output=True, text=True)
    if got.returncode != 0:
        raise PermissionError(got.stderr.strip().splitlines()[-1])
    return got.stdout


def system_call(number, *words):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *words) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return "called"


def shell(words):
    return subprocess.run(["/bin/bash", "-c", words], capture_output=True, check=True).stdout


def attempts(key_path, folder, port, daemon, home):
    """Every attempt by name."""
    return {
        "the key": lambda: read(key_path),
        "a file beside": lambda: read(f"{folder}/1.txt"),
        "a folder": lambda: os.listdir(folder),
        "the accounts": lambda: read("/etc/passwd"),
        "the home": lambda: os.listdir(home),
        "the daemon's environment": lambda: read(f"/proc/{daemon}/environ"),
        "the daemon's memory": lambda: read(f"/proc/{daemon}/mem"),
        "the daemon's command line": lambda: read(f"/proc/{daemon}/cmdline"),
        "a link to the key": lambda: (os.symlink(key_path, "link"), read("link")),
        "a hard link to the key": lambda: (os.link(key_path, "hard"), read("hard")),
        "changes a file": lambda: write(f"{folder}/1.txt"),
        "cuts a file": lambda: os.truncate(f"{folder}/1.txt", 0),
        "makes a file": lambda: write(f"{folder}/made"),
        "removes a file": lambda: os.remove(f"{folder}/1.json"),
        "a temporary file of the machine": lambda: write("/var/tmp/corolla-made"),
        "shared memory": lambda: write("/dev/shm/corolla-made"),
        "a port": lambda: connected("127.0.0.1", port),
        "a port of IPv6": lambda: connected("::1", port),
        "a port by fast open": lambda: fast_open(port),
        "listens": lambda: socket.create_server(("127.0.0.1", 0)),
        "a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
        "multipath TCP": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262),
        "a Unix socket": lambda: socket.socket(socket.AF_UNIX),
        "a program": lambda: subprocess.run(["/usr/bin/id"], check=True),
        "a shell that reads the key": lambda: shell(f"cat '{key_path}'"),
        "a child that reads the key": lambda: child_reads(key_path),
        "ends the daemon": lambda: os.kill(daemon, signal.SIGTERM),
        "traces the daemon": lambda: system_call(101 if os.uname().machine == "x86_64" else 117, 16, daemon, 0, 0),
        "asks the kernel for keys": lambda: system_call(250 if os.uname().machine == "x86_64" else 219, 0, -3, 0),
        "rings": lambda: system_call(425, 8, 0),
        "another namespace": lambda: system_call(272 if os.uname().machine == "x86_64" else 97, 0x10000000),
    }


def try_all(run_config):
    config = {name: run_config[name] for name in ("key-path", "folder", "port", "daemon")}
    home = os.path.expanduser("~root")
    found = attempts(config["key-path"], config["folder"], config["port"], config["daemon"], home)
    lines = [outcome(name, attempt) for name, attempt in found.items()]
    seen = [name for name in (run_config["secret-variable"], "HOSTNAME", "SSH_AUTH_SOCK") if name in os.environ]
    return [*lines, f"environment: {'refused: nothing there' if not seen else f'DONE: {seen}'}"]


def may(run_config):
    """What every app may do."""
    with open("made", "w") as file:
        file.write("in its own folder")
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    bundle = os.path.join(os.path.dirname(__file__), "pyproject.toml")
    yield f"bundle: {read(bundle)[:14].decode()}"
    yield f"own: {read('made').decode()}"
    yield f"granted: {read(run_config['granted-path']).decode()}"
    if run_config["granted-port"]:
        yield f"port: {connected('127.0.0.1', run_config['granted-port'])[0]}"

"""Child processes that cannot outlive the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Service:
    """A running program with its log, stopped by `stop` and, on Linux, by the death of the test process."""

    def __init__(
        self,
        argv: Sequence[str],
        log: Path,
        *,
        environ: Mapping[str, str] | None = None,
        directory: Path | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.argv = list(argv)
        self.log = log
        self.stop_signal = stop_signal
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*leash(stop_signal), *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env=None if environ is None else dict(environ),
                user=user,
                group=user_group(user),
                extra_groups=None if user is None else [],
            )

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30.0) -> None:
        """Wait until `ready()`; raises with the end of the log when the program dies or takes too long."""
        end = time.monotonic() + seconds
        while not ready():
            if self.process.poll() is not None or time.monotonic() > end:
                tail = self.log.read_text(errors="replace")[-4000:]
                state = "took too long" if self.process.poll() is None else f"ended with {self.process.returncode}"
                self.stop()
                raise RuntimeError(f"{self.argv[0]} {state}:\n{tail}")
            time.sleep(0.02)

    def stop(self, *, seconds: float = 10.0) -> int:
        """Ask it to end, insist after `seconds`, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def leash(with_signal: signal.Signals) -> list[str]:
    """The start of a command that the kernel ends when its parent dies, so that a killed run leaves nothing behind."""
    setpriv = shutil.which("setpriv")  # Of util-linux: on every Debian, and nowhere but on Linux.
    return [setpriv, "--pdeathsig", with_signal.name, "--"] if setpriv else []


def user_group(user: str | None) -> int | None:
    """The primary group of a user, None for None."""
    if user is None:
        return None
    import pwd  # Not on Windows, where no user is ever named.

    return pwd.getpwnam(user).pw_gid


def free_port() -> int:
    """A TCP port on the loopback address that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def listens(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_root() -> bool:
    """Whether the tests run as root, which PostgreSQL and Chromium's sandbox refuse."""
    return hasattr(os, "geteuid") and os.geteuid() == 0

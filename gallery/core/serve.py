"""The whole house in one command: the web server and the worker, together or not at all.

`python -m gallery.core.serve` starts both and waits. When one ends, or when it is asked to stop (Ctrl-C, SIGTERM), it
stops the other and ends with the exit code of the one that failed. Larger installations start the two by
systemd (docs/deploy.md).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from types import FrameType

PATIENCE_SECONDS = 30
"""Longer than gunicorn's own patience with open streams and than the worker's with its running step."""

PROGRAMS = {
    "the web server": ("-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"),
    "the worker": ("-m", "flask", "--app", "wsgi", "work"),
}


class Stop(BaseException):
    """Someone asked the house to close."""


def main() -> int:
    """Serve until something ends; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, program in PROGRAMS.items():
            # In sessions of their own: Ctrl-C reaches this process alone, which ends the others in order.
            running[name] = subprocess.Popen([*_leash(), sys.executable, *program], start_new_session=True)
        return _wait_for_first(running)
    except Stop:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _close(list(running.values()))


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def _leash() -> list[str]:
    """On Linux the kernel itself ends the programs when this process is killed outright."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "SIGTERM", "--"] if setpriv else []


def _wait_for_first(running: dict[str, subprocess.Popen[bytes]]) -> int:
    ended, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    for name, process in running.items():
        if process.pid == ended:
            process.returncode = code
            sys.stderr.write(f"{name} ended with {code}; the house closes.\n")
    return abs(code) or 1


def _close(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + PATIENCE_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    raise SystemExit(main())

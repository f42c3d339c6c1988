"""How gunicorn serves the gallery. `GALLERY_WORKERS` and `GALLERY_THREADS` fit it to the machine; PORT or
GALLERY_BIND move it."""

import contextlib
import gc
import os
import resource
import signal
import subprocess
import sys

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

bind = os.environ.get("GALLERY_BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("GALLERY_WORKERS") or 2)
# Built once, before the fork: who takes the place of a process that was killed is there at once (ADR 66).
preload_app = True
# Event streams leave their threads (gallery.core.handoff), so these are for requests alone.
threads = int(os.environ.get("GALLERY_THREADS") or 64)
worker_connections = 10_000
backlog = 4096
# Longer than the minute that most proxies keep an idle connection, so that it is never us who hang up on a request.
keepalive = 75
timeout = 60
# Open streams end with the worker; their pages come back by themselves.
graceful_timeout = 5

# A request's body is limited by the application (MAX_CONTENT_LENGTH), its head here.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# The application writes one structured line a request.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("GALLERY_LOG_LEVEL") or "info"
control_socket_disable = True

FORMER = "FORMER_PROCESSES"
"""What those who served before a reload leave to the new program: their process numbers."""
FIRST_SOCKET = 3
"""Where a program finds the sockets that it is started with (sd_listen_fds(3))."""


def when_ready(_server: Arbiter) -> None:
    """Before the first fork: keep what is there for good out of the garbage collector's rounds.

    A full round holds every thread up for a quarter of a second, in the middle of a bid. After a reload, those who
    served meanwhile are relieved.
    """
    gc.collect()
    gc.freeze()
    for former in os.environ.pop(FORMER, "").split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(former), signal.SIGTERM)


def on_reload(server: Arbiter) -> None:
    """SIGHUP: become a new program with the code as it is now, under the same process number, on the same sockets.

    The present processes serve until the new program is there. If its code or settings can't be loaded, it says so
    and everything stays as it is, with fresh processes of the old code.
    """
    again = [sys.executable, *sys.orig_argv[1:]]
    if subprocess.run([*again, "--check-config"], check=False).returncode:
        server.log.error("the new code or its settings can't be loaded; the old ones stay")
        return
    for place, held in enumerate([os.dup(one.fileno()) for one in server.LISTENERS], FIRST_SOCKET):
        os.dup2(held, place)
        os.set_inheritable(place, True)  # It may have been there already, and dup2 leaves it then as it was.
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(server.LISTENERS))}
    os.environ[FORMER] = " ".join(map(str, server.WORKERS))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # Until the new program listens to it.
    os.execv(sys.executable, again)  # noqa: S606


def post_worker_init(worker: Worker) -> None:
    """Let this process hold as many streams as the system allows, and start its pulse.

    An outage is known by the pulse's gap, and lots close with or without a worker (D10).
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # The usual 1,024 are for programs that use select().
    from gallery.bidding import pulse

    pulse.start(worker.wsgi)

"""How gunicorn serves the gallery. `GALLERY_WORKERS` and `GALLERY_THREADS` fit it to the machine; PORT or
GALLERY_BIND move it."""

import os
import resource

from gunicorn.workers.base import Worker

bind = os.environ.get("GALLERY_BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("GALLERY_WORKERS") or 2)
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


def post_worker_init(worker: Worker) -> None:
    """Let this process hold as many streams as the system allows, and start its pulse.

    An outage is known by the pulse's gap, and lots close with or without a worker (D10).
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # The usual 1,024 are for programs that use select().
    from gallery.bidding import pulse

    pulse.start(worker.wsgi)

"""`make run`'s last step: the web server and the worker live and die together."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.services.house import ROOT, kill_tree
from tests.services.process import Service, free_port, listens


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def served(environ: dict[str, str], tmp_path: Path, port: int) -> Iterator[Service]:
    environment = {**os.environ, **environ, "PORT": str(port), "GALLERY_WORKERS": "1"}
    service = Service(
        [sys.executable, "-m", "gallery.core.serve"], tmp_path / "log", environ=environment, directory=ROOT
    )
    try:
        service.wait_until(lambda: listens(port) and "the worker runs" in service.log.read_text())
        yield service
    finally:
        if service.process.poll() is None:
            kill_tree(service.process.pid)


def parts(service: Service) -> dict[str, psutil.Process]:
    """The web server's and the worker's process."""
    children = psutil.Process(service.process.pid).children()
    return {"worker" if "work" in child.cmdline() else "web": child for child in children}


def test_asked_to_stop_it_stops_both_and_says_so_with_a_zero(served: Service, port: int) -> None:
    both = parts(served)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(30) == 0
    assert not listens(port)
    assert not any(part.is_running() and part.status() != psutil.STATUS_ZOMBIE for part in both.values())


@pytest.mark.parametrize("dying", ["web", "worker"])
def test_when_one_dies_the_other_closes_too(served: Service, port: int, dying: str) -> None:
    both = parts(served)
    kill_tree(both[dying].pid)
    assert served.process.wait(40) != 0
    assert not listens(port)
    assert psutil.wait_procs(list(both.values()), timeout=5)[1] == []


def test_killed_outright_it_leaves_nothing_behind(served: Service, port: int) -> None:
    both = parts(served)
    served.process.kill()
    assert psutil.wait_procs(list(both.values()), timeout=30)[1] == []
    assert not listens(port)

"""gunicorn.conf.py: processes are forked from a program that is ready, and a reload brings the code as it is now."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from tests.live.reader import eventually
from tests.services.house import ROOT, LiveHouse

RELOAD_SECONDS = 60
MANY_OBJECTS = 50_000
"""Fewer than the house has once it is built."""


class Editions:
    """A house with a page that says which edition of the code it is, and which process answers."""

    def __init__(self, directory: Path, environ: dict[str, str]) -> None:
        self._file = directory / "edition.py"
        # Two editions may be written within a second, which compiled files can't tell apart.
        variables = {"PYTHONPATH": f"{directory}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
        self.write("first")
        self.house = LiveHouse(environ | variables, directory / "log", workers=2, threads=4)
        self.house.start("edition:app")

    def write(self, name: str) -> None:
        """The code as it is from now on."""
        self._file.write_text(
            "import gc, os\n"
            "from wsgi import app\n"
            "from gallery.core.access import public\n"
            f"said = lambda: f'{name} {{os.getpid()}} {{gc.get_freeze_count()}}'\n"
            "app.add_url_rule('/edition', 'edition', public(said))\n"
        )

    def spoil(self) -> None:
        """Code that can't be loaded."""
        self._file.write_text("import nothing_of_this_name\n")

    def reload(self) -> None:
        os.kill(self.house.pid, signal.SIGHUP)

    def ask(self) -> tuple[str, int, int]:
        """Edition, process, and how many objects the collector leaves alone there."""
        with urlopen(f"{self.house.url}/edition", timeout=10) as answer:
            name, process, frozen = answer.read().decode().split()
        return name, int(process), int(frozen)

    def processes(self) -> set[int]:
        return {one.pid for one in psutil.Process(self.house.pid).children()}


@pytest.fixture
def editions(tmp_path: Path, environ: dict[str, str]) -> Iterator[Editions]:
    made = Editions(tmp_path, environ)
    assert eventually(lambda: len(made.processes()) == 2)
    yield made
    made.house.stop()


def test_a_reload_brings_new_code_and_refuses_nobody(editions: Editions) -> None:
    before, arbiter = editions.processes(), editions.house.pid
    wrong, over = [], threading.Event()

    def visit() -> None:
        while not over.is_set():
            try:
                editions.ask()
            except OSError as failed:
                wrong.append(failed)

    visitor = threading.Thread(target=visit)
    visitor.start()
    editions.write("second")
    editions.reload()
    came = eventually(lambda: editions.ask()[0] == "second", seconds=RELOAD_SECONDS)
    gone = eventually(lambda: not before & editions.processes(), seconds=10)
    over.set()
    visitor.join()
    assert came
    assert gone
    assert wrong == []
    assert {editions.ask()[0] for _ in range(20)} == {"second"}
    assert psutil.Process(arbiter).is_running()
    assert len(editions.processes()) == 2


def test_code_that_cannot_be_loaded_changes_nothing(editions: Editions) -> None:
    before = editions.processes()
    editions.spoil()
    editions.reload()
    assert eventually(lambda: "the old ones stay" in editions.house.log.read_text(), seconds=RELOAD_SECONDS)
    assert eventually(lambda: not before & editions.processes(), seconds=10)
    assert editions.ask()[0] == "first"
    editions.write("third")
    editions.reload()
    assert eventually(lambda: editions.ask()[0] == "third", seconds=RELOAD_SECONDS)


def test_who_takes_the_place_of_a_killed_process_is_there_at_once(editions: Editions) -> None:
    """It is forked and not started: loading the house takes a process two seconds of its own."""
    stays, goes = sorted(editions.processes())
    os.kill(goes, signal.SIGKILL)
    came: set[int] = set()
    assert eventually(lambda: came.update(editions.processes() - {stays, goes}) or came, seconds=10)
    (comes,) = came
    assert eventually(lambda: editions.ask()[1] == comes, seconds=10)
    assert cpu_seconds(comes) < cpu_seconds(editions.house.pid) / 2
    assert editions.ask()[2] > MANY_OBJECTS, "the garbage collector looks through the house's own objects"


def cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system

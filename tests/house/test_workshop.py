"""The set-up keeps its promises: everything by hash, nothing from an address, every dependency explained."""

from __future__ import annotations

import configparser
import importlib
import re

import pytest

from tests.services.house import ROOT

LOCKS = ("run", "dev")


def names(kind: str) -> set[str]:
    """The packages that requirements/<kind>.in asks for by name."""
    lines = (ROOT / "requirements" / f"{kind}.in").read_text().splitlines()
    return {re.split(r"[=<>\[]", line)[0].strip().lower() for line in lines if re.match(r"[a-z]", line, re.IGNORECASE)}


@pytest.mark.parametrize("kind", LOCKS)
def test_every_locked_file_has_its_hash_and_no_address(kind: str) -> None:
    lock = (ROOT / "requirements" / f"{kind}.txt").read_text()
    pinned = re.split(r"\n(?=[a-z0-9])", lock)
    assert len(pinned) > 20
    assert [entry.splitlines()[0] for entry in pinned if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|file:|index-url|find-links", lock)


@pytest.mark.parametrize("kind", LOCKS)
def test_what_is_asked_for_is_locked(kind: str) -> None:
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / f"{kind}.txt").read_text(), re.MULTILINE))
    assert names(kind) - locked == set()


@pytest.mark.parametrize("kind", LOCKS)
def test_every_dependency_says_what_it_is_for(kind: str) -> None:
    told = (ROOT / "docs" / "dependencies.md").read_text()
    assert [name for name in sorted(names(kind)) if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", told)] == []


def test_the_metadata_asks_for_what_the_lock_holds() -> None:
    metadata = configparser.ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    asked = metadata["options"]["install_requires"] + "".join(metadata["options.extras_require"].values())
    listed = {re.split(r"[=<>\[]", line)[0] for line in asked.split("\n") if line and not line.startswith("#")}
    assert names("run") - listed <= {"werkzeug", "alembic", "babel"}  # Named in the lock only to be pinned on purpose.
    assert listed - names("run") == set()


def test_what_decides_a_change_is_the_command_of_the_readme() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert re.search(r"^exec make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py")))
def test_every_bench_can_be_started(name: str) -> None:
    """They run by hand alone, so that nobody else would see what a change of the house broke in them."""
    importlib.import_module(f"bench.{name}")

"""What the README promises is there: its files, its commands, its targets."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = README.split("## Commands")[1].split("\n\n")[1]


def test_every_file_that_it_names_is_there() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_picture_is_light() -> None:
    picture = (ROOT / "docs" / "lot.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 250_000


@pytest.mark.parametrize(
    "said", [one for one in re.findall(r"`([a-z][^`]*)`", COMMANDS) if not one.startswith("flask")]
)
def test_every_command_that_it_names_explains_itself(app: Flask, said: str) -> None:
    group, *rest = said.split()
    names = rest[0].split("|") if rest and rest[0].islower() and rest[0].isascii() else [""]
    for name in names:
        found: click.Command | None = app.cli.commands.get(group)
        if name and isinstance(found, click.Group):
            found = found.commands.get(name)
        assert found is not None, f"{group} {name}"


def test_every_command_is_named(app: Flask) -> None:
    members = app.cli.commands["members"]
    assert isinstance(members, click.Group)
    assert [name for name in members.commands if not re.search(rf"[ |]{name}[|`]", COMMANDS)] == []


def test_every_target_that_it_names_is_one_of_make() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert [name for name in re.findall(r"`?make ([a-z]+)", README) if name not in targets] == []

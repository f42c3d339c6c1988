"""P-62, L7: nobody receives data, and no host is contacted, who is not in the public register."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from gallery.core.personal import Recipient
from gallery.core.settings import Settings
from gallery.privacy.registers import labels
from gallery.privacy.registers.rules import RECEIVERS, knows
from tests.services.house import ROOT

OWN = {"database_url", "redis_url", "base_url"}
"""Addresses of the house's own machines."""
ADDRESS = re.compile(r"https?://([a-z0-9*.-]+\.[a-z]+)")


def addresses() -> Iterator[str]:
    """The hosts in the program's strings and scripts; documentation strings contact nobody."""
    for path in sorted((ROOT / "gallery").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield from ADDRESS.findall(node.value)
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        yield from ADDRESS.findall(path.read_text(encoding="utf-8"))


def test_every_recipient_of_the_map_has_an_entry() -> None:
    assert {one for receiver in RECEIVERS for one in receiver.recipients} == set(Recipient)


def test_every_host_that_the_code_names_has_an_entry() -> None:
    found = set(addresses())
    assert {"graph.facebook.com", "accounts.google.com", "www.googletagmanager.com"} <= found
    assert [host for host in sorted(found) if not knows(host)] == []


def test_no_entry_names_a_host_that_nothing_contacts() -> None:
    named = {host for receiver in RECEIVERS for host in receiver.hosts}
    assert named - set(addresses()) == set()


def test_every_address_that_can_be_set_is_a_receivers_or_our_own() -> None:
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    urls = {name for name in fields if name.endswith("_url")}
    assert urls - OWN == {name for receiver in RECEIVERS for name in receiver.settings if name in urls}
    outside = [str(one.default) for one in fields.values() if str(one.default).startswith("https://")]
    assert len(outside) == 3
    assert all(knows(urlsplit(one).hostname or "") for one in outside)


def test_every_entry_has_its_words_and_a_switch_that_exists() -> None:
    for receiver in RECEIVERS:
        assert receiver.key in labels.TASKS
        assert receiver.name or receiver.key in labels.NAMES
        assert set(receiver.settings) <= {field.name for field in dataclasses.fields(Settings)}

"""What every application makes anew and always alike, made once a process: compiled templates, addresses, statements.

Each test has an application of its own. Compiling the same sources again for each took four fifths of the suite's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Compiled as Statement
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Jinja's compiled templates in memory. A template that changed has another checksum and is compiled again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if it holds what its source compiles to."""
        if known := self._known.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in the bucket."""
        self._known[bucket.key] = bucket.bytecode_to_string()


class Statements:
    """The cache of compiled statements of all engines: one per kind of database, and not one per engine."""

    MOST = 4_000

    def __init__(self) -> None:
        self._known: LRUCache[tuple[Any, ...], Statement] = LRUCache(self.MOST)

    def get(self, key: tuple[Any, ...]) -> Statement | None:
        """The statement of this key, compiled by whichever engine of the same kind."""
        return self._known.get(_of_kind(key))

    def __setitem__(self, key: tuple[Any, ...], made: Statement) -> None:
        self._known[_of_kind(key)] = made


def _of_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return (type(dialect), *rest)


def install() -> None:
    """Let all applications of this process share what they compile."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
    builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def shared(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # What it makes asks the rule for its converters when it is called, so it serves every rule that reads the same.
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), tuple(rule._trace), append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    statements = Statements()
    Engine._compiled_cache = property(lambda _engine: statements, lambda _engine, _own: None)  # type: ignore
    Rule._compile_builder = shared  # type: ignore[method-assign,assignment]  # A shortcut for tests alone.

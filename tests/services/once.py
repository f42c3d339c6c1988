"""What every application makes anew and always alike, made once a process: compiled templates, addresses, statements.

Each test has an application of its own. Compiling the same sources again for each took four fifths of the suite's time.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
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


COMPILED = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
"""What werkzeug makes of a rule's text when it is bound to a map of addresses."""


def _shared(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Werkzeug's way to compile a rule, which takes over what it made of the same text before."""
    known: dict[tuple[Any, ...], dict[str, Any]] = {}

    def take_over_or_compile(rule: Rule) -> None:
        converters = frozenset(rule.map.converters.items())
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults), converters)
        if key not in known:
            compile_rule(rule)
            known[key] = {name: getattr(rule, name) for name in COMPILED}
        for name, made in known[key].items():
            # A method asks its rule for the converters, so it serves every rule that reads the same.
            setattr(rule, name, MethodType(made.__func__, rule) if isinstance(made, MethodType) else made)

    return take_over_or_compile


def install() -> None:
    """Let all applications of this process share what they compile."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
    statements = Statements()
    # What is replaced was declared as an attribute and as a method: shortcuts for tests alone.
    Engine._compiled_cache = property(lambda _engine: statements, lambda _engine, _own: None)  # type: ignore[assignment]
    Rule.compile = _shared(Rule.compile)  # type: ignore[method-assign,assignment]

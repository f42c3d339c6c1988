"""Statements of the hot paths: written as all others, compiled once, and run on the driver's own cursor.

SQLAlchemy spends ten times as long on a small statement as the database does: it looks for the compiled form, binds,
makes a result and its rows anew each time. A bid has some twenty of them. Here the form is made at the first use and
kept; what types do to values, what listeners hear and how errors are called stays as it is (ADR 55).

For statements whose shape never changes: what an IN holds is written out (`among`), and no column has a default of
Python's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.core.db import connection_of, driver_failed

Processor = Callable[[Any], Any]


def among(*values: str) -> list[Any]:
    """The fixed values of an IN, as `column.in_(among(…))`."""
    return [sa.literal(str(value)) for value in values]


class Prepared:
    """One statement of fixed shape. Rows are named tuples of what it selects or returns."""

    def __init__(self, statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """All rows that it finds."""
        compiled, cursor = self._execute(session, values)
        found = [compiled.row(row) for row in cursor.fetchall()]
        cursor.close()
        return found

    def first(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first row that it finds, or None."""
        compiled, cursor = self._execute(session, values)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else compiled.row(row)

    def value(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first column of the first row, or None."""
        row = self.first(session, values)
        return None if row is None else row[0]

    def change(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run what writes; how many rows it touched."""
        _compiled, cursor = self._execute(session, values)
        touched: int = cursor.rowcount
        cursor.close()
        return touched

    def _execute(self, session: Session, values: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        connection = connection_of(session)
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = _Compiled(self._statement, connection.dialect, list(values))
            self._compiled[connection.dialect.name] = compiled
        parameters = compiled.parameters(values)
        cursor = connection.connection.cursor()
        try:
            for heard in connection.engine.dispatch.before_cursor_execute:
                heard(connection, cursor, compiled.sql, parameters, compiled, False)
            cursor.execute(compiled.sql, parameters)
        except connection.dialect.loaded_dbapi.Error as failed:
            raise driver_failed(connection, cursor, compiled.sql, parameters, failed) from failed
        return compiled, cursor


class _Compiled:
    """A statement in the words of one database, with what is done to each value on its way in and out."""

    def __init__(self, statement: Any, dialect: sa.Dialect, given: list[str]) -> None:
        names = given if statement.is_insert else None
        made = statement.compile(dialect=dialect, column_keys=names)
        if made.post_compile_params or (statement.is_dml and (made.insert_prefetch or made.update_prefetch)):
            raise TypeError(f"only SQLAlchemy itself can fill this in: {made}")
        self.dialect, self.sql = dialect, str(made)
        fixed: Mapping[str, Any] = made.params
        order: Sequence[str] | None = made.positiontup
        self._is_positional = order is not None
        self._places: list[tuple[str, Processor | None, bool, Any]] = []
        for name in fixed if order is None else order:
            bind = made.binds.get(name)
            process = None if bind is None else bind.type.dialect_impl(dialect).bind_processor(dialect)
            is_given = bind is not None and (bind.required or bind.key in given)
            value = fixed[name] if is_given or process is None else process(fixed[name])
            self._places.append((name, process, is_given, value))
        columns = list(statement.exported_columns)  # What is selected, or returned of what was written.
        named: Any = namedtuple  # Which columns there are is not known to who reads types.
        self._make = named("Row", [one.key for one in columns], rename=True)._make
        processors = (one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns)
        self._results = [(place, process) for place, process in enumerate(processors) if process]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """What the driver is given."""
        filled = [
            (fixed if not is_given else values[name] if process is None else process(values[name]))
            for name, process, is_given, fixed in self._places
        ]
        if self._is_positional:
            return tuple(filled)
        return dict(zip((place[0] for place in self._places), filled, strict=True))

    def row(self, found: Sequence[Any]) -> Any:
        """A row as Python knows its values."""
        if not self._results:
            return self._make(found)
        values = list(found)
        for place, process in self._results:
            values[place] = process(values[place])
        return self._make(values)

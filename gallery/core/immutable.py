"""Tables whose rows the database itself never lets anybody change: what was published, what was chosen (P-54).

Made with the table, and by the migration that makes it: `immutable.protect(op.get_bind(), "policy_version")`. A later
migration that has SQLite copy such a table (`batch_alter_table`) makes its triggers anew in the same way.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

_SQLITE = (
    "CREATE TRIGGER {table}_stays BEFORE {act} ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table}: what was written here stays as it is'); END"
)
_POSTGRESQL = (
    "CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION '{table}: what was written here stays as it is' USING ERRCODE = 'integrity_constraint_violation';"
    " END $$",
    "CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stays()",
    "CREATE TRIGGER {table}_stays_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()",
)


def never_changes(table: Any) -> None:
    """Have a table's rows refuse every update and delete from the moment that it is made."""

    @event.listens_for(table, "after_create")
    def _protect(made: sa.Table, connection: sa.Connection, **_more: Any) -> None:
        protect(connection, made.name)

    @event.listens_for(table, "after_drop")
    def _release(dropped: sa.Table, connection: sa.Connection, **_more: Any) -> None:
        release(connection, dropped.name)


def protect(connection: sa.Connection, table: str) -> None:
    """Make the triggers of a table that is there; whoever breaks in on it meets an IntegrityError."""
    if connection.dialect.name == "postgresql":
        for statement in _POSTGRESQL:
            connection.exec_driver_sql(statement.format(table=table))
        return
    for act in ("UPDATE", "DELETE"):
        statement = _SQLITE.replace("{table}_stays", f"{table}_stays_{act.lower()}", 1)
        connection.exec_driver_sql(statement.format(table=table, act=act))


def release(connection: sa.Connection, table: str) -> None:
    """Remove what outlives a dropped table: PostgreSQL's function (the triggers went with the table)."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {table}_stays()")

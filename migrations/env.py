"""How migrations reach the database: always through the application's own engine."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from gallery.core.db import db


def as_stored(kind: str, item: Any, _autogenerate: Any) -> str | bool:
    """Write a column's type as the database knows it: a migration outlives the code that it was made beside."""
    if kind != "type" or not isinstance(item, sa.TypeDecorator):
        return False
    return f"sa.{item.impl_instance!r}"


def is_ours(_object: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Leave alone what a database keeps for its own full-text index."""
    return not (kind == "table" and reflected and (name or "").startswith("lot_words"))


def migrate() -> None:
    """Run the wanted revisions, each in a transaction of its own."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadatas[None],
            transaction_per_migration=True,
            render_item=as_stored,
            include_object=is_ours,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


migrate()

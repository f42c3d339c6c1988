"""How migrations reach the database: always through the application's own engine."""

from alembic import context
from flask import current_app

from gallery.core.db import db


def migrate() -> None:
    """Run the wanted revisions, each in a transaction of its own."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadatas[None],
            transaction_per_migration=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


migrate()

"""The operator's part in a new GALLERY_SECRET_KEY: what is found by a digest of it must be found again (ADR 28)."""

from __future__ import annotations

import click
from flask import Flask

from gallery.account import indexes
from gallery.core import audit
from gallery.core.cli import BATCH, keys_group
from gallery.core.db import db, transaction
from gallery.core.settings import Settings


def init_app(_app: Flask, _settings: Settings) -> None:
    """Put the command beside those of the other keys."""
    keys_group.add_command(index)


@click.command("index")
def index() -> None:
    """Make anew what names, phones, bank accounts and addresses are found by, after GALLERY_SECRET_KEY was changed."""
    for table, remake in indexes.REMAKERS.items():
        total, after = 0, 0
        while True:
            found, after = remake(after, BATCH)
            total += found
            if found < BATCH:
                break
        click.echo(f"{table}: {total}")
    with transaction():
        audit.record("keys.indexed", "house:keys")
    db.session().rollback()

"""The operator's commands of the ground floor: `flask --app wsgi …`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from cryptography.fernet import Fernet
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from gallery.core import audit, backup, crypto, dumps, jobs, outbox
from gallery.core.db import Base, db, transaction
from gallery.core.settings import Settings

BATCH = 200
"""Values re-encrypted in one transaction: bids wait for the lock no longer than that takes."""

clock_group = AppGroup("clock", help="The house's clock.")
outbox_group = AppGroup("outbox", help="Messages that must reach the world.")
keys_group = AppGroup("keys", help="The keys of encrypted columns.")


def init_app(app: Flask, _settings: Settings) -> None:
    """Register the commands."""
    for command in (clock_group, outbox_group, keys_group, work, back_up, restore):
        app.cli.add_command(command)


@click.command("work")
@with_appcontext
def work() -> None:
    """Deliver messages and do what the clock drives, until stopped."""
    jobs.run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


@clock_group.command("accept")
def accept() -> None:
    """Follow the system's clock again after it jumped; restart the other processes afterwards."""
    running: Any = current_app.extensions["clock"]
    running.now()
    jumped = running.jumped_seconds
    running.accept()
    with transaction():
        audit.record("clock.accepted", "house:clock", seconds=round(jumped, 3))
    click.echo(f"The clock was moved by {jumped:.3f} seconds. Restart the web server and the workers.")


@outbox_group.command("list")
def list_dead() -> None:
    """Show how many messages there are in each state, and the parked ones."""
    for state, number in sorted(outbox.counts().items()):
        click.echo(f"{state:8} {number}")
    for row in outbox.dead_letters():
        click.echo(f"{row.id:8} {row.created_at:%Y-%m-%d %H:%M} {row.kind} {row.key}: {row.last_error}")


@outbox_group.command("retry")
@click.argument("message_id", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="All parked messages.")
def retry(message_id: int | None, every: bool) -> None:
    """Queue parked messages again: one by its number, or --all."""
    if (message_id is None) != every:
        raise click.UsageError("Name one message, or say --all.")
    with transaction():
        number = outbox.retry(message_id)
        audit.record("outbox.retried", f"outbox:{message_id or 'all'}", count=number)
    click.echo(f"Queued again: {number}")


@keys_group.command("new")
def new_key() -> None:
    """Print a fresh key, to be put first in GALLERY_ENCRYPTION_KEYS."""
    click.echo(Fernet.generate_key().decode())


@keys_group.command("rotate")
def rotate() -> None:
    """Put every encrypted value under the first of GALLERY_ENCRYPTION_KEYS; afterwards the others may go."""
    for column in crypto.encrypted_columns(Base.metadata):
        total, after = 0, None
        while True:
            with transaction() as session:
                number, after = crypto.rotate(session, column, after, BATCH)
            total += number
            if number < BATCH:
                break
        click.echo(f"{column.table.name}.{column.name}: {total}")
    with transaction():
        audit.record("keys.rotated", "house:keys")
    db.session().rollback()


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-keys", is_flag=True, help="Include the keys directory: guard the archive like the keys.")
@with_appcontext
def back_up(file: Path, with_keys: bool) -> None:
    """Write the database and the files into one archive, while the house runs."""
    try:
        manifest = backup.back_up(file, with_keys=with_keys)
    except dumps.ToolError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(f"{file}: {len(manifest.checksums)} files, schema {manifest.revision}")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace a house that has members; go on without its keys.")
@with_appcontext
def restore(file: Path, force: bool) -> None:
    """Put an archive in the place of what is there; the house must be stopped."""
    try:
        manifest = backup.restore(file, force=force)
    except (backup.RestoreRefusedError, dumps.ToolError) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(f"Restored the gallery of {manifest.made_at}. What was there is kept in before-restore-….")

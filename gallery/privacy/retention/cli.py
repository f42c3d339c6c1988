"""`flask --app wsgi privacy retention`: what time takes away, now instead of tonight."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from gallery.core import clock
from gallery.core.settings import Settings
from gallery.privacy.cli import privacy_group
from gallery.privacy.retention import services


def init_app(_app: Flask, _settings: Settings) -> None:
    """Add the command."""
    privacy_group.add_command(retention)


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@with_appcontext
def retention(dry_run: bool) -> None:
    """Remove what has had its time, by the rules of the data map, and say how much of what."""
    counted = services.due(clock.now()) if dry_run else services.run()
    for rule, count in sorted(counted.items()):
        click.echo(f"{count:8} {rule}")

"""`flask --app wsgi privacy export EMAIL FILE`: what the house holds of a member, for an answer by another way."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
from flask import Flask

from gallery.auth.cli import member_called
from gallery.core import clock
from gallery.core.i18n import force_locale
from gallery.core.settings import Settings
from gallery.privacy.cli import privacy_group
from gallery.privacy.export import services


def init_app(_app: Flask, _settings: Settings) -> None:
    """The command joins the group `privacy` when this module is imported."""


@privacy_group.command("export")
@click.argument("email")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_one(email: str, file: Path) -> None:
    """Write all that is held of EMAIL into FILE, a ZIP that only you can read; FILE must not be there yet."""
    member = member_called(email)
    with force_locale(member.language), services.take_for(member.id, now=clock.now()) as made:
        try:
            target = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as wrong:
            raise click.BadParameter(f"{file}: {wrong.strerror}") from None
        with os.fdopen(target, "wb") as out:
            shutil.copyfileobj(made, out)
    click.echo(f"{file}: {file.stat().st_size} bytes")

"""`flask --app wsgi content seed`: the first edition of what the house says of itself."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from gallery.content.pages import first_edition
from gallery.core import clock
from gallery.core.settings import Settings

content = AppGroup("content", help="Pages, help and their first edition.")


def init_app(app: Flask, _settings: Settings) -> None:
    """Register the commands."""
    app.cli.add_command(content)


@content.command()
def seed() -> None:
    """Publish the first edition of pages and help. What editors have touched stays as they left it."""
    done = first_edition.seed(now=clock.now())
    click.echo(f"{done.begun} texts begun, {done.renewed} brought up to date, {done.kept} left as they are")

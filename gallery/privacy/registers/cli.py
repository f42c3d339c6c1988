"""`flask --app wsgi privacy ropa|dpia`: the record of processing and the impact assessments, in French or English."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from gallery.core import settings
from gallery.core.settings import Settings
from gallery.privacy.cli import privacy_group
from gallery.privacy.registers import assessments, record


def init_app(_app: Flask, _settings: Settings) -> None:
    """Add the commands."""
    privacy_group.add_command(ropa)
    privacy_group.add_command(dpia)


@click.command("ropa")
@click.option("--lang", "language", type=click.Choice(["fr", "en"]), default="fr", help="French at first.")
@with_appcontext
def ropa(language: str) -> None:
    """Write the record of processing (GDPR art. 30) from the data map, as Markdown."""
    click.echo(record.as_markdown(settings.current(), language), nl=False)


@click.command("dpia")
@click.option("--lang", "language", type=click.Choice(["fr", "en"]), default="fr", help="French at first.")
@with_appcontext
def dpia(language: str) -> None:
    """Write the impact assessments (GDPR art. 35), with what the data map says is read, as Markdown."""
    click.echo(assessments.as_markdown(settings.current(), language), nl=False)

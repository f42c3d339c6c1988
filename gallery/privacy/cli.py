"""`flask --app wsgi privacy …`: what the house does about personal data, by the command line."""

from __future__ import annotations

from flask import Flask
from flask.cli import AppGroup

from gallery.core.settings import Settings

privacy_group = AppGroup("privacy", help="Personal data: export, erasure, retention, registers.")


def init_app(app: Flask, _settings: Settings) -> None:
    """Register the group; the parts add their commands to it."""
    app.cli.add_command(privacy_group)

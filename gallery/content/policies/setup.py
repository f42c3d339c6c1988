"""Fit the policies into the application: their tables, what is noted with a new account, the operator's commands."""

from __future__ import annotations

from flask import Flask

from gallery.auth import services as accounts
from gallery.content import blocks
from gallery.content.policies import acceptance, cli, notice, page, tables
from gallery.core.settings import Settings

__all__ = ["init_app", "notice"]


def init_app(app: Flask, _settings: Settings) -> None:
    """Register what other floors call, and render."""
    for name, render in (("data", tables.data), ("house", tables.house), ("model", tables.model)):
        blocks.register(app, name, render)
    accounts.on_opened(app, acceptance.note_opened)
    app.jinja_env.globals["policies_in_force"] = page.numbers_in_force
    app.cli.add_command(cli.policies)

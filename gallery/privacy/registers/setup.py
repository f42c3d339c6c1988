"""Fit the registers into the application: their tables in texts, and the commands."""

from __future__ import annotations

from flask import Flask

from gallery.content import blocks
from gallery.core.settings import Settings
from gallery.privacy.registers import tables


def init_app(app: Flask, _settings: Settings) -> None:
    """Let texts ask for the tables."""
    blocks.register(app, "processors", lambda _language: tables.processors())
    blocks.register(app, "transfers", lambda _language: tables.transfers())
    blocks.register(app, "retention", lambda _language: tables.times())

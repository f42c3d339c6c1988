"""Fitting of the choices: what templates may ask, what happens at sign-in, and what every answer says of the signal."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask_login import user_logged_in

from gallery.consents import browser, cli, queries, rules, services, texts, views
from gallery.consents.rules import Purpose
from gallery.consents.texts import Text
from gallery.core import clock, csrf
from gallery.core.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Let pages ask for choices and heed them."""
    browser.init_app(app, settings)
    app.extensions["consent_texts"] = {}
    app.jinja_env.globals.update(first_layer=first_layer, consented=consented)
    app.after_request(_vary)
    user_logged_in.connect(_carry, app)
    csrf.on_stale(app, "consents.answer", views.answer_again)
    csrf.on_stale(app, "consents.toggle", views.toggle_again)
    app.cli.add_command(cli.consents)


def first_layer() -> Text | None:
    """The text that asks, for the foot of a page; None where nobody is to be asked, or where all can be chosen."""
    if request.path == "/consents":
        return None
    who = browser.here()
    is_due = rules.is_due(who.choices, clock.now(), queries.windows(), gpc=who.gpc)
    return texts.text(texts.FIRST_LAYER) if is_due else None


def consented(purpose: str) -> bool:
    """Whether whoever opens this page allows a purpose, by its name in rules.Purpose."""
    return browser.granted(Purpose(purpose))


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add(browser.HEADER)
    return response


def _carry(_app: Flask, user: Any) -> None:
    name = browser.device()
    if name is not None:
        services.carry(user.id, name, now=clock.now())

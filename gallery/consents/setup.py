"""Fitting of the choices: what templates may ask, what happens at sign-in, and what every answer says of the signal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, Response, flash, request
from flask_login import user_logged_in

from gallery.auth.sessions import queries as session_queries
from gallery.consents import browser, cli, plugins, queries, rules, services, storage, tables, texts, views
from gallery.consents.queries import Subject
from gallery.consents.rules import Purpose
from gallery.consents.texts import Text
from gallery.core import clock, csrf
from gallery.core.i18n import _
from gallery.core.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Let pages ask for choices and heed them."""
    browser.init_app(app, settings)
    plugins.init_app(app, settings)
    storage.init_app(app, settings)
    tables.init_app(app, settings)
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
    if who.is_restricted:
        return None  # Nothing would come of an answer until he lifts it.
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
    now = clock.now()
    if name is not None:
        services.carry(user.id, name, now=now)
    _tell_on_new_device(user.id, now)


def _tell_on_new_device(member_id: int, now: datetime) -> None:
    """At the first sign-in on another device, that the account's choices hold there too (P-17)."""
    if not session_queries.entered_on_new_device(member_id):
        return
    own, windows = queries.choices(Subject(member_id=member_id)), queries.windows()
    if any(rules.stands(purpose, choice, now, windows) for purpose, choice in own.items()):
        flash(
            _(
                "What you chose in your account about cookies and the like holds on this device too while you are "
                "signed in. You can change it under Your choices, at the foot of each page."
            )
        )

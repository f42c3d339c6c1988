"""The first layer, the page of choices, receipts to take along, and what we say of Global Privacy Control (K1, K2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.rules import local_path
from gallery.consents import browser, labels, plugins, proof, queries, rules, services, tables, texts
from gallery.consents.forms import AnswerForm, ToggleForm
from gallery.consents.queries import Subject
from gallery.consents.rules import ON_SITE, SENT, Mechanism, Purpose
from gallery.consents.texts import Text
from gallery.core import access, clock
from gallery.core.errors import Missing
from gallery.core.htmx import respond, wants_partial
from gallery.core.i18n import is_page, lazy

bp = Blueprint("consents", __name__)

GPC_SINCE = "2026-11-27"
"""Since when the signal is honoured."""
_KEPT = lazy("Your choice is kept. You can change it at any time.")
_CHANGED = lazy("Our text has changed meanwhile. Please read it, then choose again; nothing was changed so far.")
_STALE = lazy("The page was open for too long. Please choose once more; nothing was changed so far.")
_NAMES = ", ".join(f'"{purpose}"' for purpose in rules.OPTIONAL)


@bp.get("/consents")
@access.public
def index() -> Response:
    """All purposes with their switches, and what was chosen before."""
    return _page("")


@bp.post("/consents")
@access.public
def answer() -> ResponseReturnValue:
    """Everything on the site, or nothing of it."""
    form = AnswerForm()
    allowed = form.answer.data == "all"
    component = texts.PAGE if form.is_on_page else texts.FIRST_LAYER
    text = _text_beside(component, form.shown.data, allowed)
    if not form.validate_on_submit() or text is None:
        return _asked_again(form, _problem(form))
    _record(dict.fromkeys(ON_SITE, allowed), text, Mechanism.PAGE if form.is_on_page else Mechanism.FIRST_LAYER)
    if wants_partial():
        return _chosen() if form.is_on_page else respond("", "consents/_kept.html")
    flash(_KEPT, "success")
    return redirect(url_for(".index") if form.is_on_page else _way_back(url_for(".index")), 303)


@bp.post(f"/consents/<any({_NAMES}):purpose>")
@access.public
def toggle(purpose: str) -> ResponseReturnValue:
    """One purpose, on or off. What is sent to members can be chosen by members only."""
    about = Purpose(purpose)
    if about in SENT and not current_user.is_authenticated:
        raise Missing
    form = ToggleForm()
    allowed = form.granted.data == "1"
    text = _text_beside(purpose, form.shown.data, allowed)
    if not form.validate_on_submit() or text is None:
        return _toggle_again(about, _problem(form))
    _record({about: allowed}, text, Mechanism.PAGE)
    if wants_partial():
        return _chosen(about)
    flash(_KEPT, "success")
    return redirect(url_for(".index", _anchor=f"consent-{about}"), 303)


@bp.post("/consents/social-plug-ins/<name>")
@access.public
def show_once(name: str) -> ResponseReturnValue:
    """Show one plug-in on the page from which this comes, this time only; nothing is kept of it (K4, ADR 32)."""
    if not plugins.show_once(name):
        raise Missing
    return redirect(f"{_way_back('/')}#social-{name}", 303)


@bp.get("/consents/receipts/<ref>")
@access.public
def receipt(ref: str) -> Response:
    """A receipt to take along, for whoever it is about."""
    subject = browser.here().subject
    found = queries.receipt(ref, subject) if subject else None
    if found is None:
        raise Missing
    response = jsonify(proof.told(found))
    response.headers["Content-Disposition"] = f'attachment; filename="choice-{found["seq"]}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/.well-known/gpc.json")
@access.machine
def gpc() -> Response:
    """That this site heeds the signal, for programs that look (P-16)."""
    return jsonify({"gpc": True, "lastUpdate": GPC_SINCE})


def answer_again() -> ResponseReturnValue:
    """What answers both buttons when the page was open for too long."""
    return _asked_again(AnswerForm(), str(_STALE))


def toggle_again(purpose: str) -> ResponseReturnValue:
    """What answers a switch when the page was open for too long."""
    return _toggle_again(Purpose(purpose), str(_STALE))


def _record(wanted: Mapping[Purpose, bool], text: Text, mechanism: Mechanism) -> None:
    who = browser.here()
    subject = who.subject or Subject(device=browser.new_device())
    choices = services.record(subject, wanted, text=text, mechanism=mechanism, now=clock.now(), gpc=who.gpc)
    browser.settle(subject, choices)


def _text_beside(component: str, name: str | None, allowed: bool) -> Text | None:
    """The text that was read before the choice. A refusal needs none to count: it is noted beside today's."""
    return texts.served(component, name) or (None if allowed else texts.text(component))


def _problem(form: AnswerForm | ToggleForm) -> str:
    return " ".join(str(words) for found in form.errors.values() for words in found) or str(_CHANGED)


def _asked_again(form: AnswerForm, problem: str) -> Response:
    if wants_partial() and not form.is_on_page:
        asks = texts.text(texts.FIRST_LAYER)
        return respond("", "consents/_first_layer.html", 422, asks=asks, problem=problem)
    return _page(problem, 422)


def _toggle_again(purpose: Purpose, problem: str) -> Response:
    if wants_partial():
        return respond("", "consents/_toggle.html", 422, purpose=purpose, words=problem, **_choices())
    return _page(problem, 422)


def _page(problem: str, status: int = 200) -> Response:
    more = {"problem": problem, "storage": tables.kept_in_browsers()}
    return respond("consents/index.html", "consents/_choices.html", status, **more, **_choices(), **_history())


def _chosen(purpose: Purpose | None = None) -> Response:
    """The switch, or all of them, as they stand now, and the history with what was just added to it."""
    return respond("", "consents/_chosen.html", purpose=purpose, words="", swapped=True, **_choices(), **_history())


def _history() -> dict[str, Any]:
    subject = browser.here().subject
    return {"receipts": queries.receipts(subject) if subject else []}


def _choices() -> dict[str, Any]:
    """What the switches show."""
    now, windows, who = clock.now(), queries.windows(), browser.here()
    granted = {one for one in rules.OPTIONAL if rules.granted(who.choices, one, now, windows, gpc=who.gpc)}
    return {
        "granted": granted,
        "gpc": who.gpc,
        "labels": labels,
        "purposes": Purpose,
        "on_site": ON_SITE,
        "sent": SENT,
        "text_of": texts.text,
        "page_text": texts.text(texts.PAGE),
        "windows": windows,
    }


def _way_back(otherwise: str) -> str:
    """The page of ours on which the button was used."""
    came_from = urlsplit(request.referrer or "")
    path = unquote(came_from.path)
    back = local_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))
    return back if back and came_from.netloc == request.host and is_page(path) else otherwise

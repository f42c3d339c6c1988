"""Mails about the account itself. Who an address belongs to is looked up here, by the worker, and not before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template

from gallery.auth import post, queries, services, tokens
from gallery.auth.models import Member
from gallery.auth.rules import local_path
from gallery.auth.tokens import Aim
from gallery.core import clock, mail, outbox, settings
from gallery.core.i18n import _, force_locale, when
from gallery.core.outbox import Message


@dataclass(frozen=True)
class Words:
    """What a letter says: the same in plain text and in HTML."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""
    link_words: str = ""
    other_link: str = ""
    """Where to go instead, if it was not the reader."""
    other_words: str = ""


Writer = Callable[[Member, dict[str, Any]], Words | None]
_WRITERS: dict[str, Writer] = {}
_TO_CLOSED: set[str] = set()


def writer(letter: str, *, to_closed: bool = False) -> Callable[[Writer], Writer]:
    """Declare who writes a letter: `fn(member, payload)` gives its words, in the language that is set; None: too late.

    `to_closed`: also to an account that is closed; of any other letter that one is told only that it is.
    """

    def declare(write: Writer) -> Writer:
        _WRITERS[letter] = write
        if to_closed:
            _TO_CLOSED.add(letter)
        return write

    return declare


@outbox.handler(post.LETTER)
def deliver(message: Message) -> None:
    """Write and send one letter; nobody at that address: nothing is sent, and nobody learns it.

    Links are made now, at each attempt, so that none waits in the queue or stays in it. A letter with a `member_id` is
    about that member, whoever has the address.
    """
    payload = message.payload
    holder = queries.member_by_email(payload["email"])
    member = queries.member(payload["member_id"]) if "member_id" in payload else holder
    if member is None:
        return
    write = _WRITERS[payload["letter"]]
    # Until the address is confirmed the words follow the page on which it was typed.
    with force_locale(holder.language if holder and holder.confirmed_at else payload["language"]):
        is_open = (holder or member).active or payload["letter"] in _TO_CLOSED
        words = write(member, payload) if is_open else _closed()
        if words is None:
            return
        letter = written(payload["email"], words)
    mail.send(letter, message)


def written(to: str, words: Words) -> mail.Letter:
    """Words as a mail, in the language that is set: in plain text and in light HTML."""
    context = {"words": words, "house": settings.current()}
    return mail.Letter(
        to=to,
        subject=words.subject,
        text=render_template("auth/mails/letter.txt", **context),
        html=render_template("auth/mails/letter.html", **context),
    )


@writer("confirm")
def _confirm(member: Member, payload: dict[str, Any]) -> Words:
    if member.confirmed_at:
        return _known(payload)
    token = tokens.make(Aim.CONFIRM, member.id, services.state(Aim.CONFIRM, member), clock.now())
    return Words(
        _("Confirm your address"),
        (
            _("Welcome to %(house)s.", house=settings.current().site_name),
            _("Please confirm that this is your e-mail address. Then you can sign in and bid."),
            _("The link works for 24 hours. In the browser in which you registered, one click is enough."),
            _("If you did not register with us, do nothing: without the link there is no account."),
        ),
        url("security.confirm_email", token=token, next=local_path(payload["next"])),
        _("Confirm my address"),
    )


def _known(payload: dict[str, Any]) -> Words:
    return Words(
        _("You already have an account"),
        (
            _("Somebody asked for an account at %(house)s with this address.", house=settings.current().site_name),
            _("You already have one, and nothing was changed. If it was you, simply sign in."),
            _("If you no longer know your password, choose “I forgot my password” there."),
            _("If it was not you, do nothing."),
        ),
        url("security.login", next=local_path(payload["next"])),
        _("Sign in"),
    )


@writer("reset")
def _reset(member: Member, _payload: dict[str, Any]) -> Words:
    token = tokens.make(Aim.RESET, member.id, services.state(Aim.RESET, member), clock.now())
    return Words(
        _("Choose a new password"),
        (
            _("Somebody, probably you, asked for a new password at %(house)s.", house=settings.current().site_name),
            _("The link works once, for one hour. If it was not you, do nothing: your password stays as it is."),
        ),
        url("security.reset_password", token=token),
        _("Choose a new password"),
    )


@writer("password_changed")
def _password_changed(_member: Member, _payload: dict[str, Any]) -> Words:
    return Words(
        _("Your password was changed"),
        (
            _("The password of your account at %(house)s was changed just now.", house=settings.current().site_name),
            _("All devices were signed out. If it was you, all is well."),
            _("If it was not you, choose a new password at once and write to us."),
        ),
        url("security.forgot_password"),
        _("It was not me: choose a new password"),
    )


@writer("new_device")
def _new_device(_member: Member, payload: dict[str, Any]) -> Words:
    at = when(datetime.fromisoformat(payload["at"]))
    return Words(
        _("A sign-in from a new device"),
        (
            _("Somebody, probably you, signed in to your account at %(house)s.", house=settings.current().site_name),
            _("When: %(at)s", at=at),
            _("Browser: %(browser)s", browser=payload["browser"] or _("unknown")),
            _("Network: %(network)s", network=payload["network"] or _("unknown")),
            _("If it was you, all is well. If it was not you, choose a new password at once: it ends all sessions."),
        ),
        url("security.forgot_password"),
        _("It was not me: choose a new password"),
    )


def others_signed_out(payload: dict[str, Any]) -> tuple[str, ...]:
    """What the letter about a new second step adds where it is the first (7.4.3); letters of before do not say."""
    return (_("All your other devices were signed out."),) if payload.get("is_first") else ()


def _closed() -> Words:
    return Words(
        _("Your account is closed"),
        (
            _("Somebody used this address at %(house)s.", house=settings.current().site_name),
            _("The account that belongs to it is closed."),
            _("If you want it opened again, or if this surprises you, answer this mail or write to us."),
        ),
    )


def url(endpoint: str, **values: Any) -> str:
    """An address in a mail: whole, and under the name that the house has for the world."""
    base = urlsplit(settings.current().base_url)
    adapter = current_app.url_map.bind(base.netloc, url_scheme=base.scheme)
    return adapter.build(endpoint, {name: value for name, value in values.items() if value}, force_external=True)

"""What is written to the person of a request at each step; the worker writes it, in his language."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from gallery.auth.letters import Words, url, written
from gallery.core import mail, outbox
from gallery.core.db import db
from gallery.core.i18n import _, date, force_locale, listed
from gallery.core.map_words import CATEGORIES
from gallery.core.outbox import Message
from gallery.privacy.requests import codes, labels
from gallery.privacy.requests.models import PrivacyRequest
from gallery.privacy.requests.rules import CODE_LASTS, Channel, Kept, Kind

KIND = "privacy_request"
"""The outbox kind of these letters."""
RECEIVED, CODE, PROVED, IN_WORK, EXTENDED = "received", "code", "proved", "in_work", "extended"
ANSWERED, PARTLY_REFUSED, REFUSED, WITHDRAWN = "answered", "partly_refused", "refused", "withdrawn"

Writer = Callable[[PrivacyRequest, str], Words | None]
"""Given the request and what was said in the answer, which the request itself need not keep."""
_WRITERS: dict[str, Writer] = {}
_ONE_IS_ENOUGH = frozenset({RECEIVED, ANSWERED, PARTLY_REFUSED, REFUSED, WITHDRAWN})
"""What is answered at once is answered in one mail: the acknowledgement that still waits gives way to it."""


def queue(ref: str, letter: str, email: str, language: str, member_id: int | None, said: str = "") -> None:
    """Have a letter written to this address, in the running unit of work."""
    payload: dict[str, Any] = {"ref": ref, "letter": letter, "email": email, "language": language, "said": said}
    topic = f"{KIND}:{ref}" if letter in _ONE_IS_ENOUGH else None
    outbox.put(KIND, f"{ref}:{letter}:{secrets.token_urlsafe(8)}", payload, member_id, topic=topic)


@outbox.handler(KIND)
def deliver(message: Message) -> None:
    """Write and send one letter; a request that is gone, or a code that was used up meanwhile, needs none."""
    payload = message.payload
    query = sa.select(PrivacyRequest).where(PrivacyRequest.ref == payload["ref"])
    one = db.session().scalars(query).one_or_none()
    if one is None:
        return
    with force_locale(payload["language"]):
        words = _WRITERS[payload["letter"]](one, payload["said"])
        if words is None:
            return
        letter = written(payload["email"], words)
    mail.send(letter, message)


def _writer(letter: str) -> Callable[[Writer], Writer]:
    def declare(write: Writer) -> Writer:
        _WRITERS[letter] = write
        return write

    return declare


@_writer(RECEIVED)
def _received(one: PrivacyRequest, _said: str) -> Words:
    return Words(
        _("We have your request about your data"),
        (
            *_what(one),
            _("We answer without delay, and at the latest on %(day)s.", day=date(one.due_at)),
            _("If you did not ask for this, answer this mail: then nothing is done."),
        ),
    )


@_writer(CODE)
def _code(one: PrivacyRequest, _said: str) -> Words | None:
    if one.code_nonce is None or one.code_made_at is None:
        return None
    return Words(
        _("Your code for a request about your data"),
        (
            *_what(one),
            _("Before anything is shown or changed we make sure that the request comes from you."),
            _("Your code: %(code)s", code=codes.written(one)),
            _(
                "It holds for %(hours)d hours. Type it on the page of the request, or answer this mail with it.",
                hours=CODE_LASTS.total_seconds() // 3600,
            ),
            _("If you did not ask for this, do nothing: without the code nothing happens."),
        ),
        *_to_its_page(one),
    )


def _to_its_page(one: PrivacyRequest) -> tuple[str, str]:
    """Where the code is typed, if the request came from the public page."""
    if one.channel != Channel.CODE:
        return "", ""
    return url("privacy_public.show", ref=one.ref), _("The page of the request")


@_writer(PROVED)
def _proved(one: PrivacyRequest, _said: str) -> Words:
    return Words(
        _("Your request is in work"),
        (*_what(one), _("Thank you, your code was right. We are working on it."), _by_when(one)),
    )


@_writer(IN_WORK)
def _in_work(one: PrivacyRequest, _said: str) -> Words:
    return Words(
        _("Your request is in work"), (*_what(one), _("Somebody of our staff is working on it."), _by_when(one))
    )


@_writer(EXTENDED)
def _extended(one: PrivacyRequest, _said: str) -> Words | None:
    if one.extended_until is None:
        return None
    return Words(
        _("We need more time for your request"),
        (
            *_what(one),
            _("We will answer at the latest on %(day)s.", day=date(one.extended_until)),
            _("The reason: %(reason)s", reason=one.extension_reason),
            *_remedies(),
        ),
    )


@_writer(ANSWERED)
def _answered(one: PrivacyRequest, said: str) -> Words:
    done = str(labels.DONE[Kind(one.kind)])
    return Words(_("Our answer to your request about your data"), (*_what(one), done, *_lines(said)))


@_writer(PARTLY_REFUSED)
def _partly_refused(one: PrivacyRequest, said: str) -> Words:
    return Words(
        _("Our answer to your request about your data: done in part"),
        (
            *_what(one),
            _("We have done what you asked, except for what follows."),
            *_kept(one),
            *_lines(said),
            *_remedies(),
        ),
    )


@_writer(REFUSED)
def _refused(one: PrivacyRequest, said: str) -> Words:
    return Words(
        _("Our answer to your request about your data: refused"),
        (*_what(one), _("We do not do what you asked, for what follows."), *_kept(one), *_lines(said), *_remedies()),
    )


@_writer(WITHDRAWN)
def _withdrawn(one: PrivacyRequest, _said: str) -> Words:
    return Words(
        _("Your request about your data is withdrawn"),
        (*_what(one), _("Nothing more is done about it. You can ask again at any time.")),
    )


def _what(one: PrivacyRequest) -> tuple[str, str]:
    return (
        _("Your request of %(day)s: %(kind)s", day=date(one.received_at), kind=labels.KINDS[Kind(one.kind)]),
        _("Reference: %(ref)s", ref=one.ref),
    )


def _by_when(one: PrivacyRequest) -> str:
    return str(_("You will have our answer at the latest on %(day)s.", day=date(one.due_at)))


def _kept(one: PrivacyRequest) -> list[str]:
    return [kept_in_words(Kept.from_json(stored)) for stored in one.kept]


def kept_in_words(kept: Kept) -> str:
    """One thing that is refused, as a sentence: of which data, why, until when."""
    what = listed(CATEGORIES[one] for one in kept.categories)
    why = labels.GROUNDS[kept.ground]
    if not what:
        return str(_("The reason: %(reason)s", reason=f"{why}."))
    if kept.until is None:
        return str(_("%(what)s: %(why)s. This lasts until that is over.", what=what, why=why))
    return str(_("%(what)s: %(why)s. This lasts until %(day)s.", what=what, why=why, day=date(kept.until)))


def _lines(said: str) -> tuple[str, ...]:
    return tuple(line for line in said.splitlines() if line.strip())


def _remedies() -> tuple[str, ...]:
    """What art. 12(4) has us say with every refusal."""
    return (
        _("If you think that we are wrong, answer this mail: somebody else will look at it again."),
        _(
            "You may complain to a supervisory authority: the CNIL in France (www.cnil.fr), the CDP in Senegal "
            "(www.cdp.sn), or the authority of the country in which you live or work."
        ),
        _("You may also go to court."),
    )

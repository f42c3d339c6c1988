"""Who received a member's data, and is told when it is erased, corrected or restricted (art. 19 GDPR, P-42).

One row a recipient and act; who takes messages from programs gets one by the outbox, whoever does not is a task for the
staff. What the message needs is sealed in the outbox and emptied once it is delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth.federated.models import Identity
from gallery.auth.federated.wire import Wire, origin
from gallery.core import audit, clock, outbox, settings
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.core.outbox import Message, UndeliverableError
from gallery.privacy.erasure.models import Notification

KIND = "recipient"


class Name(StrEnum):
    """Somebody who receives members' data."""

    MAIL = "mail_provider"
    FACEBOOK = "facebook"
    GOOGLE = "google"


class Act(StrEnum):
    """What was done with the data."""

    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"


class Receipt(StrEnum):
    """What came of telling him."""

    BY_HAND = "by_hand"
    REVOKED = "revoked"
    UNKNOWN_THERE = "unknown_there"
    """He does not know the member any more: there is nothing left to take back."""
    NOTHING_THERE = "nothing_there"
    """He was given nothing that could be corrected or restricted."""
    NO_WAY = "no_way"
    """He keeps that the member signed in here, and takes no message about it but from the member himself."""


Facts = dict[str, Any]
Finder = Callable[[Session, int], Facts | None]
"""What a message about a member needs, if this recipient has received anything of him."""


def _mailed(_session: Session, _member_id: int) -> Facts | None:
    """Whoever carries our mail has seen the addresses of all members."""
    return {} if settings.current().mail_url else None


def _on_facebook(session: Session, member_id: int) -> Facts | None:
    return _linked(session, member_id, Name.FACEBOOK)


def _at_google(session: Session, member_id: int) -> Facts | None:
    return _linked(session, member_id, Name.GOOGLE)


def _linked(session: Session, member_id: int, name: Name) -> Facts | None:
    query = sa.select(Identity.subject).where(Identity.member_id == member_id, Identity.provider == name)
    subject = session.execute(query).scalars().first()
    return None if subject is None else {"subject": subject}


REGISTRY: dict[Name, Finder] = {Name.MAIL: _mailed, Name.FACEBOOK: _on_facebook, Name.GOOGLE: _at_google}
"""Who may have to be told; a new processor adds itself here."""


def name_of(act: Act, number: int) -> str:
    """What stands for an act that recipients are told of: its kind and a number of the house's own. Names no member."""
    return f"{act}:{number}"


def note(session: Session, act: Act, number: int, member_id: int, now: datetime) -> None:
    """In the running unit of work, have all told who have received data of this member. The same act twice is one.

    Who signs members in was given nothing to correct or to restrict; after an erasure its permissions are taken back.
    """
    name_of_act = name_of(act, number)
    if session.execute(sa.select(sa.exists().where(Notification.act == name_of_act))).scalar_one():
        return
    for name, finder in REGISTRY.items():
        facts = finder(session, member_id)
        if facts is None:
            continue
        signs_in = name is not Name.MAIL
        has_way = name is Name.FACEBOOK and settings.current().facebook_app_secret is not None
        calls = act is Act.ERASURE and has_way
        told = {}
        if name is Name.GOOGLE or (signs_in and act is not Act.ERASURE):
            told = {"told_at": now, "receipt": Receipt.NO_WAY if act is Act.ERASURE else Receipt.NOTHING_THERE}
        by_hand = not calls and not told
        session.add(Notification(act=name_of_act, recipient=name, by_hand=by_hand, asked_at=now, **told))
        if calls:
            outbox.put(KIND, f"{name_of_act}:{name}", {"act": name_of_act, "recipient": name, **facts})


@outbox.handler(KIND)
def deliver(message: Message) -> None:
    """Tell one recipient, and keep what he answered; raises what makes another attempt worth while."""
    said = message.payload
    receipt = _revoke(said["subject"])
    _settle(said["act"], said["recipient"], receipt)


def done_by_hand(notice_id: int, *, by_id: int, now: datetime) -> None:
    """Note that somebody of the staff has told a recipient; raises Missing."""
    with transaction() as session:
        notice = session.get(Notification, notice_id, with_for_update=True)
        if notice is None or not notice.by_hand or notice.told_at is not None:
            raise Missing
        notice.told_at, notice.receipt = now, Receipt.BY_HAND
        audit.record("recipient.told", notice.act, actor_id=by_id, recipient=notice.recipient)


def _revoke(subject: str) -> Receipt:
    """Take our permissions for a Facebook account back (Graph, `DELETE /{user}/permissions`, as our app)."""
    current = settings.current()
    if current.facebook_app_secret is None:
        raise UndeliverableError
    with Wire(origins=frozenset({origin(current.facebook_graph)})) as wire:
        answer = wire.request(
            "DELETE",
            f"{current.facebook_graph}/{subject}/permissions",
            withhold_token=True,
            headers={"Authorization": f"OAuth {current.facebook_app_id}|{current.facebook_app_secret}"},
        )
    if answer.ok and answer.json().get("success") is True:
        return Receipt.REVOKED
    if answer.status_code in (400, 403, 404):
        return Receipt.UNKNOWN_THERE
    raise RefusedError(answer.status_code)


class RefusedError(Exception):
    """The recipient did not take the message; it is tried again."""


def _settle(act: str, recipient: str, receipt: Receipt) -> None:
    with transaction() as session:
        told = sa.update(Notification).where(Notification.act == act, Notification.recipient == recipient)
        session.execute(told.values(told_at=clock.now(), receipt=receipt))

"""The last letter: that the erasure has begun, and where one sees how far it is, without an account."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.auth.letters import Words, url, written
from gallery.core import mail, outbox, settings
from gallery.core.i18n import _, force_locale
from gallery.core.outbox import Message, OutboxMessage, State

KIND = "goodbye"

_outbox = OutboxMessage.__table__.c


def say_goodbye(erasure_id: int, email: str, language: str, ref: str) -> None:
    """Queue the letter, in the running unit of work. Its address goes with the letter; the erasure waits for that."""
    payload = {"erasure": erasure_id, "email": email, "language": language, "ref": ref}
    outbox.put(KIND, f"erasure:{erasure_id}", payload)


def waits(session: Session, erasure_id: int) -> bool:
    """Whether the letter is still in the house; one that was given up is removed here, with the address in it."""
    here = (_outbox.kind == KIND) & (_outbox.key == f"erasure:{erasure_id}")
    session.execute(sa.delete(OutboxMessage).where(here, _outbox.state == State.DEAD))
    return bool(session.execute(sa.select(sa.exists().where(here, _outbox.state != State.SENT))).scalar_one())


@outbox.handler(KIND)
def deliver(message: Message) -> None:
    """Send it. Nothing is laid into the demonstration's letterbox: that lies in the very house that forgets him."""
    if mail.files_directory() is not None:
        return
    said = message.payload
    with force_locale(said["language"]):
        house = settings.current()
        words = Words(
            _("Your account is being erased"),
            (
                _("You asked %(house)s to erase your account.", house=house.site_name),
                _("The account is closed, and all devices are signed out. What nothing holds is gone within minutes."),
                _("What stays for now, why, and until when, stands here:"),
                _("This is our last letter. If it was not you, write to us at once."),
            ),
            url("erasure.status", ref=said["ref"]),
            _("How far it is"),
        )
        letter = written(said["email"], words)
    mail.send(letter, message)

"""An objection to advertising: it needs no reason and nobody who decides, so it is done as it is made (P-44)."""

from __future__ import annotations

from datetime import datetime

from gallery.consents import services as consents
from gallery.consents.rules import MARKETING, Mechanism
from gallery.core.db import transaction
from gallery.core.i18n import _
from gallery.privacy.requests import services as requests
from gallery.privacy.requests.rules import Channel, Kind


def to_advertising(member_id: int, *, language: str, now: datetime) -> str | None:
    """End what a member has allowed of advertising and of profiles for it; note the request and its answer.

    The reference of the request; None where he has allowed nothing of it: there is nothing to note or to mail.
    """
    with transaction():
        if not consents.withdraw(member_id, MARKETING, mechanism=Mechanism.OBJECTION, now=now):
            return None
        ref = requests.open_request(
            Kind.OBJECTION,
            Channel.ACCOUNT,
            member_id=member_id,
            words=_("Advertising, and what is learnt of me for it"),
            language=language,
            now=now,
            at_once=True,
        )
        requests.answer(ref, now=now)
        return ref

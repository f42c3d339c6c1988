"""What somebody has chosen, and what he chose before. Each question names whose choices it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from gallery.auth.models import Member
from gallery.consents import rules
from gallery.consents.models import ConsentLink, ConsentReceipt, ConsentText
from gallery.consents.rules import Choice, Purpose, Result, Signal, Windows
from gallery.core import settings
from gallery.core.db import db

MOST_SHOWN = 200
"""Receipts of a history on one page; a download of the account holds all."""

_receipt: Any = ConsentReceipt.__table__.c
_FACTS = (_receipt.purpose, _receipt.result, _receipt.at, _receipt.version, _receipt.signal, _receipt.text_digest)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose choices: a member's, or those of one browser whose user we don't know."""

    member_id: int | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        if (self.member_id is None) == (self.device is None):
            raise ValueError("either a member or a device")


def windows() -> Windows:
    """For how long choices hold, as the operator set it."""
    ours = settings.current()
    return Windows(ours.consent_ask_months, ours.consent_lapse_months, ours.audience_months)


def _latest(column: Any) -> Any:
    newest = sa.select(sa.func.max(_receipt.seq)).where(column == sa.bindparam("whose")).group_by(_receipt.purpose)
    return sa.select(*_FACTS).where(_receipt.seq.in_(newest))


# Built once: a member's is asked at each whole page.
_OF_MEMBER = _latest(_receipt.member_id)
_OF_DEVICE = _latest(_receipt.device)


def latest(subject: Subject) -> dict[Purpose, sa.Row[Any]]:
    """The newest receipt of each purpose: purpose, result, at, version, signal, text_digest."""
    query = _OF_MEMBER if subject.member_id is not None else _OF_DEVICE
    whose = subject.member_id if subject.member_id is not None else subject.device
    return {Purpose(row.purpose): row for row in db.session().execute(query, {"whose": whose})}


def choices(subject: Subject) -> dict[Purpose, Choice]:
    """The newest choice of each purpose that was ever chosen about."""
    return {purpose: choice_of(row) for purpose, row in latest(subject).items()}


def choice_of(row: Any) -> Choice:
    """A receipt as the rules read it."""
    return Choice(Result(row.result), row.at, row.version, Signal(row.signal) if row.signal else None)


def granted(purpose: Purpose, *, member_id: int, now: datetime) -> bool:
    """Whether a member allows a purpose, outside of any request: for mails and jobs.

    In a request ask `browser.granted`, which knows visitors and the signal of the browser too.
    """
    restricted = sa.select(Member.restricted_at).where(Member.id == member_id)
    is_restricted = db.session().execute(restricted).scalar() is not None
    mine = choices(Subject(member_id=member_id))
    return rules.granted(mine, purpose, now, windows(), is_restricted=is_restricted)


def receipts(subject: Subject, most: int = MOST_SHOWN) -> list[sa.Row[Any]]:
    """The receipts of a subject, the latest first."""
    mine = ConsentReceipt.member_id == subject.member_id
    if subject.member_id is None:
        mine = ConsentReceipt.device == subject.device
    columns = (*ConsentReceipt.__table__.columns, ConsentText.component, ConsentText.language)
    query = sa.select(*columns).join(ConsentText, ConsentText.digest == ConsentReceipt.text_digest)
    return list(db.session().execute(query.where(mine).order_by(ConsentReceipt.seq.desc()).limit(most)))


def receipts_of(member_id: int) -> list[sa.Row[Any]]:
    """All receipts of a member, the latest first."""
    return receipts(Subject(member_id=member_id), most=1_000_000)


def receipt(ref: str, subject: Subject) -> sa.RowMapping | None:
    """One receipt with its text, its link and the digest before it, if it is the subject's."""
    earlier = aliased(ConsentLink)
    query = (
        sa.select(ConsentReceipt.__table__, ConsentText.component, ConsentText.language, ConsentText.body)
        .add_columns(ConsentText.version.label("text_version"))
        .add_columns(ConsentLink.commitment, ConsentLink.digest, earlier.digest.label("previous"))
        .join(ConsentText, ConsentText.digest == ConsentReceipt.text_digest)
        .join(ConsentLink, ConsentLink.seq == ConsentReceipt.seq)
        .outerjoin(earlier, earlier.seq == ConsentReceipt.seq - 1)
        .where(ConsentReceipt.ref == ref)
    )
    row = db.session().execute(query).mappings().first()
    if row is None or Subject(row["member_id"], row["device"]) != subject:
        return None
    return row

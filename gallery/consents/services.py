"""What is written about choices. Each public function is one unit of work, or joins the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from gallery.consents import chain, queries, rules, texts
from gallery.consents.models import ConsentReceipt
from gallery.consents.queries import Subject
from gallery.consents.rules import Choice, Mechanism, Purpose, Result, Signal
from gallery.consents.texts import Text
from gallery.core.db import transaction

PROOF_MONTHS = 36
"""Keep.CONSENT of the data map: how long a receipt is kept after its choice has ended."""


def record(
    subject: Subject,
    wanted: Mapping[Purpose, bool],
    *,
    text: Text,
    mechanism: Mechanism,
    now: datetime,
    gpc: bool = False,
) -> dict[Purpose, Choice]:
    """Note what somebody chose beside `text`; all his choices afterwards, whoever else wrote meanwhile.

    What stands already is not noted again. `gpc`: his browser sent the signal with the choice.
    """
    with transaction() as session:
        chain.lock(session)
        known, windows = queries.choices(subject), queries.windows()
        results = {
            purpose: rules.next_result(known, purpose, allowed, now, windows, gpc=gpc)
            for purpose, allowed in wanted.items()
        }
        made = [
            {
                "purpose": purpose,
                "result": result,
                "version": rules.VERSIONS[purpose],
                "mechanism": mechanism,
                "signal": Signal.GPC if gpc else None,
                "text_digest": text.digest,
                "at": now,
            }
            for purpose, result in results.items()
            if result is not None
        ]
        if made:
            texts.keep(session, text, now)
            _append(session, subject, made)
        return queries.choices(subject)


def carry(member_id: int, device: str, *, now: datetime) -> int:
    """As a member signs in, let what was chosen in this browser before become his, by the rules; how many choices.

    The browser's own choices stay as they are. The moment of the choice stays too: signing in prolongs nothing.
    """
    with transaction() as session:
        chain.lock(session)
        before = queries.latest(Subject(device=device))
        own = queries.choices(Subject(member_id=member_id))
        visitors = {purpose: queries.choice_of(row) for purpose, row in before.items()}
        carried = rules.carried(visitors, own, now, queries.windows())
        _append(
            session,
            Subject(member_id=member_id),
            [
                {
                    "purpose": purpose,
                    "result": choice.result,
                    "version": choice.version,
                    "mechanism": Mechanism.SIGN_IN,
                    "signal": choice.signal,
                    "text_digest": before[purpose].text_digest,
                    "at": choice.at,
                }
                for purpose, choice in carried.items()
            ],
        )
    return len(carried)


def withdraw(member_id: int, purposes: Iterable[Purpose], *, mechanism: Mechanism, now: datetime) -> int:
    """End what a member has allowed, without a page: by a link in a message, or as his account ends. How many.

    A receipt of it names the text of the choice that ends.
    """
    with transaction() as session:
        chain.lock(session)
        known = queries.latest(Subject(member_id=member_id))
        ended = [
            {
                "purpose": purpose,
                "result": Result.WITHDRAWN,
                "version": row.version,
                "mechanism": mechanism,
                "signal": None,
                "text_digest": row.text_digest,
                "at": now,
            }
            for purpose in purposes
            if (row := known.get(purpose)) is not None and row.result == Result.GRANTED
        ]
        _append(session, Subject(member_id=member_id), ended)
    return len(ended)


def withdraw_all(member_id: int, *, now: datetime, mechanism: Mechanism = Mechanism.CLOSED) -> int:
    """End everything that a member has allowed; how many purposes that were."""
    return withdraw(member_id, rules.OPTIONAL, mechanism=mechanism, now=now)


def forget_old(now: datetime) -> int:
    """Remove receipts whose choice ended more than three years ago: replaced, or run out (P-53). How many.

    An agreement that nothing has replaced and that does not run out stays.
    """
    replaced_before = rules.add_months(now, -PROOF_MONTHS)
    made_before = rules.add_months(replaced_before, -queries.windows().lapse)
    later = aliased(ConsentReceipt)
    same = sa.or_(later.member_id == ConsentReceipt.member_id, later.device == ConsentReceipt.device)
    replaced = sa.exists().where(
        same, later.purpose == ConsentReceipt.purpose, later.seq > ConsentReceipt.seq, later.at < replaced_before
    )
    lasts = sa.and_(ConsentReceipt.purpose.in_(rules.SENT), ConsentReceipt.result == Result.GRANTED)
    with transaction() as session:
        gone = sa.delete(ConsentReceipt).where(sa.or_(replaced, sa.and_(ConsentReceipt.at < made_before, ~lasts)))
        return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def _append(session: Session, subject: Subject, entries: list[dict[str, Any]]) -> None:
    whose = {"member_id": subject.member_id, "device": subject.device}
    chain.append(session, [whose | entry for entry in entries])

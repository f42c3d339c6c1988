"""Banned people who have themselves erased are known again if they come back (P-38, P-39; docs/decisions/0042).

Kept are fingerprints under a random key that is nowhere but beside them, and goes with them. What speaks for it and
against it was weighed (BALANCING); who comes back is shown to the fraud desk, which decides. Nothing is refused here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.account.models import BankAccount, Profile
from gallery.auth.models import Member
from gallery.core import audit
from gallery.core.db import db, on_postgresql, transaction
from gallery.core.holds import Ground, Hold, row_key
from gallery.privacy.erasure import rules
from gallery.privacy.erasure.models import Ban, Encounter, Fingerprint
from gallery.trust.models import Block

KEPT_FOR = timedelta(days=3 * 365)
"""From the erasure. Long enough that coming back does not pay, short enough that nobody is barred for life."""
AFTER_A_BLOCK = timedelta(days=365)
"""Keep.HOLD of the data map: a block for a time is kept until it has ended, and one year."""
BALANCING = "2026-11"
"""The edition of the balancing of interests (docs/decisions/0042) under which a ban was kept."""


def of_blocked(member_id: int, asked_at: datetime) -> Iterator[Hold]:
    """Blocks that run: else erasing oneself would be the way out of them."""
    running = sa.select(Block).where(Block.member_id == member_id, Block.lifted_at.is_(None))
    for block in db.session().execute(running).scalars():
        if block.until is None:
            yield Hold("block", row_key([block.id]), Ground.FRAUD, "banned", asked_at, asked_at + KEPT_FOR)
        elif block.until > asked_at:
            yield Hold("block", row_key([block.id]), Ground.FRAUD, "blocked", asked_at, block.until + AFTER_A_BLOCK)


def remember(session: Session, erasure_id: int, member_id: int, asked_at: datetime) -> None:
    """In the running unit of work, keep the fingerprints of a member who is banned for good; of others nothing."""
    for_good = sa.exists().where(Block.member_id == member_id, Block.lifted_at.is_(None), Block.until.is_(None))
    if not session.execute(sa.select(for_good)).scalar_one():
        return
    key = secrets.token_bytes(32)
    ban = Ban(erasure_id=erasure_id, key=key.hex(), until=asked_at + KEPT_FOR)
    session.add(ban)
    session.flush()
    for mark, value in rules.marks(_details(session, member_id)).items():
        session.add(Fingerprint(ban_id=ban.id, mark=mark, digest=rules.fingerprint(key, mark, value)))
    audit.record("ban.kept", f"erasure:{erasure_id}", balancing=BALANCING)


def look_at(member_id: int, now: datetime) -> None:
    """Note which banned people a member resembles; to be asked whenever he says who he is."""
    with transaction() as session:
        bans = session.execute(sa.select(Ban.id, Ban.key).where(Ban.until > now)).all()
        if not bans:
            return
        his = rules.marks(_details(session, member_id))
        for ban_id, key in bans:
            digests = {rules.fingerprint(bytes.fromhex(key), mark, value): mark for mark, value in his.items()}
            fits = sa.select(Fingerprint.digest).where(Fingerprint.ban_id == ban_id, Fingerprint.digest.in_(digests))
            for digest in session.execute(fits).scalars():
                _note(session, member_id, ban_id, digests[digest], now)


def forget_old(now: datetime) -> None:
    """End the bans whose time is over: their keys, fingerprints and encounters go with them."""
    with transaction() as session:
        session.execute(sa.delete(Ban).where(Ban.until <= now))


def _note(session: Session, member_id: int, ban_id: int, mark: rules.Mark, now: datetime) -> None:
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(Encounter)
    values = {"member_id": member_id, "ban_id": ban_id, "mark": mark, "found_at": now}
    made = insert.values(values).on_conflict_do_nothing(index_elements=["member_id", "ban_id", "mark"])
    if session.execute(made.returning(Encounter.id)).first():
        audit.record("ban.met", f"member:{member_id}", mark=str(mark))


def _details(session: Session, member_id: int) -> dict[str, str]:
    columns = {
        "email": Member.email,
        "phone": Profile.phone,
        "number": BankAccount.number,
        "full_name": Profile.full_name,
        "born_on": Profile.born_on,
        "street": Profile.street,
        "landmark": Profile.landmark,
        "city": Profile.city,
        "country": Profile.country,
    }
    query = (
        sa.select(*(column.label(name) for name, column in columns.items()))
        .select_from(Member)
        .outerjoin(Profile, Profile.member_id == Member.id)
        .outerjoin(BankAccount, BankAccount.member_id == Member.id)
        .where(Member.id == member_id)
    )
    row = session.execute(query).mappings().one()
    return {name: _text(row[name]) for name in columns}


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""

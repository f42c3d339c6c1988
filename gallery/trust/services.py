"""What the house decides about who may bid. Each public function is one unit of work and leaves a trace in the audit.

The reasons are written to the member who reads them, so they stay out of the audit, which holds no personal text.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gallery.core import audit
from gallery.core.db import on_postgresql, transaction
from gallery.core.money import MINOR_DIGITS
from gallery.trust.models import AccountLink, Block, SaleBar, SpendingLimit


class Nonsense(ValueError):
    """The decision would say nothing, or the contrary of what it is for."""


def block(member_id: int, reason: str, *, until: datetime | None, by_id: int | None, now: datetime) -> int:
    """Keep a member from bidding until a time, or until it is lifted; gives the block's number."""
    if not reason.strip():
        raise Nonsense("a block needs a reason that the member can read")
    if until is not None and until <= now:
        raise Nonsense("a block cannot end before it begins")
    with transaction() as session:
        made = Block(member_id=member_id, reason=reason.strip(), since=now, until=until, by_id=by_id)
        session.add(made)
        session.flush()  # The audit names it.
        audit.record(
            "member.blocked",
            f"member:{member_id}",
            actor_id=by_id,
            block=made.id,
            until=until.isoformat() if until else None,
        )
        return made.id


def unblock(member_id: int, *, by_id: int | None, now: datetime) -> int:
    """Lift all blocks of a member that run; tells how many."""
    with transaction() as session:
        lifting = (
            sa.update(Block)
            .where(Block.member_id == member_id, Block.lifted_at.is_(None))
            .where(sa.or_(Block.until.is_(None), Block.until > now))
            .values(lifted_at=now)
            .returning(Block.id)
        )
        lifted = len(session.execute(lifting).all())
        if lifted:
            audit.record("member.unblocked", f"member:{member_id}", actor_id=by_id, blocks=lifted)
        return lifted


def bar(member_id: int, sale_id: int, reason: str, *, by_id: int | None, now: datetime) -> None:
    """Keep a member from bidding in one sale; a bar that there is gets the new reason."""
    if not reason.strip():
        raise Nonsense("a bar needs a reason that the member can read")
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(SaleBar)
    values = {"reason": reason.strip(), "since": now, "by_id": by_id}
    with transaction() as session:
        session.execute(
            insert.values(member_id=member_id, sale_id=sale_id, **values).on_conflict_do_update(
                index_elements=["member_id", "sale_id"], set_=values
            )
        )
        audit.record("member.barred", f"member:{member_id}", actor_id=by_id, sale=sale_id)


def unbar(member_id: int, sale_id: int, *, by_id: int | None) -> bool:
    """Let a member bid in the sale again; tells whether there was a bar."""
    with transaction() as session:
        removal = sa.delete(SaleBar).where(SaleBar.member_id == member_id, SaleBar.sale_id == sale_id)
        gone = session.execute(removal.returning(SaleBar.id)).all()
        if gone:
            audit.record("member.unbarred", f"member:{member_id}", actor_id=by_id, sale=sale_id)
        return bool(gone)


def limit(member_id: int, limit_minor: int, currency: str, reason: str = "", *, by_id: int | None) -> None:
    """Set the most that a member's open leading bids may come to, in minor units; 0 takes the limit away (D9).

    The member reads the reason where the limit keeps him from a bid.
    """
    if limit_minor < 0:
        raise Nonsense("a limit cannot be negative")
    if currency not in MINOR_DIGITS:
        raise Nonsense(f"there is no currency {currency} here")
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(SpendingLimit)
    why = reason.strip() if limit_minor else ""
    values = {"limit_minor": limit_minor, "currency": currency, "reason": why or None}
    with transaction() as session:
        session.execute(
            insert.values(member_id=member_id, **values).on_conflict_do_update(
                index_elements=["member_id"], set_=values
            )
        )
        audit.record("member.limited", f"member:{member_id}", actor_id=by_id, minor=limit_minor, currency=currency)


def link(member_id: int, other_id: int, ground: str, *, by_id: int | None) -> None:
    """Note that two accounts belong together: neither bids on the other's lots (I8). It holds both ways."""
    if member_id == other_id:
        raise Nonsense("an account is not linked to itself")
    if not ground.strip():
        raise Nonsense("a link needs a ground")
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(AccountLink)
    with transaction() as session:
        for one, other in ((member_id, other_id), (other_id, member_id)):
            session.execute(
                insert.values(member_id=one, linked_id=other, ground=ground.strip()).on_conflict_do_update(
                    index_elements=["member_id", "linked_id"], set_={"ground": ground.strip()}
                )
            )
        audit.record("member.linked", f"member:{member_id}", actor_id=by_id, other=other_id)


def unlink(member_id: int, other_id: int, *, by_id: int | None) -> bool:
    """Take a link back, both ways; tells whether there was one."""
    pair = sa.or_(
        sa.and_(AccountLink.member_id == member_id, AccountLink.linked_id == other_id),
        sa.and_(AccountLink.member_id == other_id, AccountLink.linked_id == member_id),
    )
    with transaction() as session:
        gone = session.execute(sa.delete(AccountLink).where(pair).returning(AccountLink.member_id)).all()
        if gone:
            audit.record("member.unlinked", f"member:{member_id}", actor_id=by_id, other=other_id)
        return bool(gone)

"""Where a member is paid out to (B2). Each public function is one unit of work.

Each change is mailed to the member, who learns so of one that is not his (6.3.7). The number stands in no entry of the
audit and in no mail: only its end does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.account import bank_numbers, indexes
from gallery.account.models import BankAccount
from gallery.auth import post
from gallery.auth import said as heard_by
from gallery.auth.models import Member
from gallery.core import audit
from gallery.core.db import on_postgresql, transaction


@dataclass(frozen=True)
class Account:
    """A bank account as it was typed and checked."""

    kind: str
    """`iban` or `local`."""
    holder: str
    number: str
    """In capitals, without separators."""
    bank: str
    bic: str
    country: str
    """ISO 3166-1 alpha-2"""

    def __repr__(self) -> str:
        return f"Account({bank_numbers.masked(self.kind, self.number)!r})"


def save(member_id: int, account: Account, *, now: datetime) -> None:
    """Keep where the member is paid out to; what is kept already is not written again."""
    said = asdict(account)
    insert = (postgresql.insert if on_postgresql() else sqlite.insert)(BankAccount)
    columns = [BankAccount.__table__.c[name] for name in said]
    with transaction() as session:
        known = session.execute(sa.select(*columns).where(BankAccount.member_id == member_id)).mappings().first()
        if known is not None and dict(known) == said:
            return
        written = said | indexes.of_bank_account(said) | {"updated_at": now}
        session.execute(
            insert.values(member_id=member_id, **written).on_conflict_do_update(
                index_elements=["member_id"], set_={name: insert.excluded[name] for name in written}
            )
        )
        audit.record("bank.saved", f"member:{member_id}", actor_id=member_id, kind=account.kind, first=known is None)
        heard_by.heard(member_id, now)
        _tell(session, member_id, "bank_changed", ending=bank_numbers.ending(account.number))


def remove(member_id: int) -> None:
    """Forget the member's bank account; nothing if there is none."""
    with transaction() as session:
        gone = sa.delete(BankAccount).where(BankAccount.member_id == member_id).returning(BankAccount.country)
        if session.execute(gone).first():
            audit.record("bank.removed", f"member:{member_id}", actor_id=member_id)
            _tell(session, member_id, "bank_removed")


def reveal(member_id: int) -> str | None:
    """The member's own number in full, noted in the audit (14.2.6); None if there is none."""
    with transaction() as session:
        asked = sa.select(BankAccount.number).where(BankAccount.member_id == member_id)
        number: str | None = session.execute(asked).scalar_one_or_none()
        if number is not None:
            audit.record("bank.revealed", f"member:{member_id}", actor_id=member_id)
    return number


def _tell(session: Session, member_id: int, letter: str, **more: str) -> None:
    whom = session.execute(sa.select(Member.email, Member.language).where(Member.id == member_id)).one()
    post.write(letter, whom.email, whom.language, **more)

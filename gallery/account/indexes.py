"""Blind indexes of the profile and the bank account: what equal values are found by, and made anew (ADR 28)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from gallery.account.models import BankAccount, Profile
from gallery.account.rules import folded
from gallery.core.crypto import blind_index
from gallery.core.db import Base, transaction

Remaker = Callable[[int, int], tuple[int, int]]
"""Makes a piece of a table's indexes anew: `remake(after, batch)`."""


def of_profile(values: Mapping[str, object]) -> dict[str, str]:
    """What staff find a member by, of the values that have such an index; "" finds nobody."""
    found = {}
    if "full_name" in values:
        name = folded(str(values["full_name"]))
        found["name_index"] = blind_index("profile.name", name) if name else ""
    if "phone" in values:
        found["phone_index"] = blind_index("profile.phone", str(values["phone"])) if values["phone"] else ""
    return found


def of_bank_account(values: Mapping[str, object]) -> dict[str, str]:
    """What accounts that share a number are found by."""
    return {"number_index": blind_index("bank_account.number", str(values["number"]))}


def remaker(
    table: type[Base],
    key: str,
    columns: tuple[str, ...],
    of: Callable[[Mapping[str, object]], Mapping[str, str | None]],
) -> Remaker:
    """What makes the indexes of a table anew from these columns, in the order of its key; `of` gives them for a row."""
    number = table.__table__.c[key]
    query = sa.select(number, *(table.__table__.c[name] for name in columns)).order_by(number)

    def remake(after: int, batch: int) -> tuple[int, int]:
        """One unit of work: up to `batch` rows whose key is above `after`; how many there were, and the last key."""
        with transaction() as session:
            rows = session.execute(query.where(number > after).limit(batch).with_for_update()).mappings().all()
            for row in rows:
                session.execute(sa.update(table).where(number == row[key]).values(of(dict(row))))
        return len(rows), rows[-1][key] if rows else after

    return remake


REMAKERS = {
    "profile": remaker(Profile, "member_id", ("full_name", "phone"), of_profile),
    "bank_account": remaker(BankAccount, "member_id", ("number",), of_bank_account),
}
"""By table: `remake(after, batch)`. Floors above add what they find by an index of their own."""

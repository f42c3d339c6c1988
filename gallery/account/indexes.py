"""Blind indexes of the profile and the bank account: what equal values are found by, and made anew (ADR 28)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from gallery.account.models import BankAccount, Profile
from gallery.account.rules import folded
from gallery.core.crypto import blind_index
from gallery.core.db import transaction


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


def _remaker(
    table: type[Profile | BankAccount], columns: tuple[str, ...], of: Callable[[Mapping[str, object]], dict[str, str]]
) -> Callable[[int, int], tuple[int, int]]:
    member_id = table.__table__.c.member_id
    query = sa.select(member_id, *(table.__table__.c[name] for name in columns)).order_by(member_id)

    def remake(after: int, batch: int) -> tuple[int, int]:
        """One unit of work: up to `batch` rows of the members above `after`; how many there were, and the last one."""
        with transaction() as session:
            rows = session.execute(query.where(member_id > after).limit(batch).with_for_update()).mappings().all()
            for row in rows:
                session.execute(sa.update(table).where(member_id == row["member_id"]).values(of(dict(row))))
        return len(rows), rows[-1]["member_id"] if rows else after

    return remake


REMAKERS = {
    "profile": _remaker(Profile, ("full_name", "phone"), of_profile),
    "bank_account": _remaker(BankAccount, ("number",), of_bank_account),
}
"""By table: `remake(after, batch)`."""

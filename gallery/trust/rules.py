"""What staff must say before they look, what they may see and do, and how data is masked (L5, 8.2, 14.2.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

LOOK_LASTS = timedelta(minutes=15)
"""For so long the page of a member stays open to the one who said why he looks."""

SUPPORT, FRAUD, ADMIN = "support", "fraud", "admin"
"""The roles of auth.models.RoleName that work on members; the one with the least rights first."""
DESK = (SUPPORT, FRAUD, ADMIN)
STAFF = frozenset({"editor", "expert", *DESK})
"""auth.models.STAFF, which a test compares with this."""


class Reason(StrEnum):
    """Why somebody of the staff looks at a member's data; the member is told it."""

    SUPPORT_REQUEST = "support_request"
    DISPUTE = "dispute"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    FRAUD_CHECK = "fraud_check"
    IDENTITY_CHECK = "identity_check"
    LEGAL_REQUEST = "legal_request"
    ACCOUNT_RECOVERY = "account_recovery"


class Shown(StrEnum):
    """What a look was at: the page with everything masked, or one field in full."""

    PAGE = "page"
    EMAIL = "member.email"
    PHONE = "profile.phone"
    ADDRESS = "profile.address"
    BIRTH = "profile.born_on"
    BANK = "bank.number"


class Act(StrEnum):
    """What staff can do to an account."""

    ROLES = "roles"
    NOTE = "note"
    RESTRICT = "restrict"
    """Block, lift, limit."""
    CLOSE = "close"
    """Close and open again."""
    END_SESSIONS = "end_sessions"
    RECOVER = "recover"
    """Take away a second factor that was lost."""


_MAY_SEE = dict.fromkeys(Shown, DESK) | {Shown.BANK: (FRAUD, ADMIN)}
_MAY_DO: dict[Act, tuple[str, ...]] = {
    Act.ROLES: (ADMIN,),
    Act.NOTE: DESK,
    Act.RESTRICT: (FRAUD, ADMIN),
    Act.CLOSE: (FRAUD, ADMIN),
    Act.END_SESSIONS: DESK,
    Act.RECOVER: (SUPPORT, ADMIN),
}


def may_see(shown: Shown, roles: Collection[str]) -> bool:
    """Whether staff in these roles may have this shown in full."""
    return acting_role(_MAY_SEE[shown], roles) is not None


def may_do(act: Act, roles: Collection[str], of_member: Collection[str]) -> bool:
    """Whether staff in these roles may do this to a member who has the roles `of_member`.

    Who works for the house is restricted, closed out and recovered by administrators only: else whoever
    can take a second factor away could take over an account with more rights than his own.
    """
    if act is not Act.NOTE and ADMIN not in roles and STAFF & set(of_member):
        return False
    return acting_role(_MAY_DO[act], roles) is not None


def acting_role(allowed: Collection[str], roles: Collection[str]) -> str | None:
    """In which of his roles somebody acts: the one with the least rights that will do."""
    return next((role for role in DESK if role in allowed and role in roles), None)


SHORTEST_PART = 3
"""Letters of an address that find somebody; fewer would list the house."""
_DIGITS = re.compile(r"#?\d{1,18}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{4,40}")


def number_in(typed: str) -> int | None:
    """The member's number that was typed, as `12` or `#12`."""
    return int(typed.removeprefix("#")) if typed.isascii() and _DIGITS.fullmatch(typed) else None


def looks_like_phone(typed: str) -> bool:
    """Whether it is worth reading as a phone number."""
    return typed.isascii() and _PHONE.fullmatch(typed) is not None


def masked_email(email: str) -> str:
    """`a•••@example.org`: the domain helps to tell two apart, the first letter is one of many."""
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def initials(name: str) -> str:
    """`Awa Ndiaye Diop` as `A. N. D.`; empty if there is no name."""
    return " ".join(f"{word[0].upper()}." for word in re.findall(r"[^\W\d_][\w'’-]*", name)[:4])


def masked_tail(number: str, shown: int = 2) -> str:
    """`+221771234567` as `••• 67`: enough to compare with what somebody says on the phone. Empty if there is none."""
    return f"••• {number[-shown:]}" if len(number) > 2 * shown else "•••" if number else ""

"""What is shown once while a second step is set up: an app's secret until its first code, new recovery codes.

Both are kept by the member's browser alone, sealed, so that a lost page or a broken line costs nobody his codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gallery.auth import passing
from gallery.auth.factors import qr_code
from gallery.auth.factors import rules as factor_rules
from gallery.auth.factors.rules import SECRET_LASTS, SHOWN_FOR
from gallery.core import settings

SECRET = "new_secret"  # noqa: S105  The name of a key in the session.
CODES = "new_codes"


@dataclass(frozen=True, slots=True)
class ToScan:
    """How an app is given its secret: by a picture, by a link on the same phone, or typed."""

    picture: str
    address: str
    secret: str

    def __repr__(self) -> str:
        return "ToScan()"


def secret(member_id: int, now: datetime) -> str | None:
    """The secret that this browser was shown and that waits for its first code."""
    found = passing.kept(SECRET, now, SECRET_LASTS)
    return found["secret"] if found and found["member"] == member_id else None


def make_secret(member_id: int, now: datetime) -> str:
    """A new secret, kept until its first code comes."""
    made = factor_rules.new_secret()
    passing.keep(SECRET, {"member": member_id, "secret": made}, now)
    return made


def forget_secret() -> None:
    """It is stored, or given up."""
    passing.drop(SECRET)


def to_scan(secret: str, email: str) -> ToScan:
    """The ways to bring a secret into an app."""
    address = factor_rules.app_address(secret, email, settings.current().site_name)
    return ToScan(qr_code.picture(address), address, factor_rules.grouped(secret))


def show_codes(member_id: int, codes: Sequence[str], now: datetime) -> None:
    """Have this browser keep new recovery codes for the page that shows them; none: there is nothing to show."""
    if codes:
        passing.keep(CODES, {"member": member_id, "codes": list(codes)}, now)


def codes(member_id: int, now: datetime) -> list[str] | None:
    """The new recovery codes in groups, as long as they may be looked at."""
    found = passing.kept(CODES, now, SHOWN_FOR)
    if not found or found["member"] != member_id:
        return None
    return [factor_rules.grouped(code, between="-") for code in found["codes"]]


def forget_codes() -> None:
    """Their owner has them."""
    passing.drop(CODES)

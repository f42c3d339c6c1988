"""How many tries count as too many, and what is one network. Pure; the reasons stand in docs/decisions/0021."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Limit:
    """So many within so many seconds, and no more."""

    count: int
    seconds: int


Limits = tuple[Limit, ...]

# Failed sign-ins from devices that the member has not used before.
NARROW_NETWORK: Limits = (Limit(8, 10 * MINUTE), Limit(100, DAY))
"""One IPv4 address, or the /64 of one subscriber."""
WIDE_NETWORK: Limits = (Limit(32, 10 * MINUTE), Limit(400, DAY))
"""A /24, or the /48 of one organisation."""
TYPED_ADDRESS: Limits = (Limit(8, 15 * MINUTE), Limit(50, DAY))
"""Whatever the network: NIST SP 800-63B allows at most a hundred in a row."""

OWN_DEVICE: Limits = (Limit(10, 10 * MINUTE), Limit(50, DAY))
"""Failed sign-ins on a device that the member has used before, or behind a link from his mailbox."""

CODES: Limits = (Limit(5, 10 * MINUTE), Limit(30, DAY))
"""Wrong codes for one member; six digits of which three hold are guessed in one of 11,000 days then."""

ANONYMOUS: Limits = (Limit(30, 10 * MINUTE), Limit(300, DAY))
"""Failures of one network where nobody is named before he is known (passkeys, other providers)."""

LETTERS: Limits = (Limit(5, HOUR),)
"""Mails to one address from one form."""
LETTERS_NETWORK: Limits = (Limit(45, MINUTE), Limit(240, HOUR))
"""Mails that one network makes us write: a class that registers together passes, a burst of a thousand does not."""

LONGEST_SECONDS = DAY
"""After that a try is forgotten."""


def networks(address: str) -> tuple[str, str]:
    """The narrow and the wide network of a visitor's address: /32 and /24, in IPv6 /64 and /48."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown", "unknown"
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    narrow, wide = (32, 24) if known.version == 4 else (64, 48)
    return str(ipaddress.ip_network((known, narrow), strict=False)), str(
        ipaddress.ip_network((known, wide), strict=False)
    )

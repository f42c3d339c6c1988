"""How long a session lasts, and what is told of a browser and a network (7.3, A4). Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

TOUCH_AFTER = timedelta(minutes=5)
"""A session's last use is written down no more often than that."""
PROOF_LASTS = timedelta(minutes=15)
"""For so long after somebody showed who he is, changes that ask for it do not ask again (7.5.1)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A session ends when it was not used for `idle`, and at the latest `whole` after its start."""

    idle: timedelta
    whole: timedelta


REMEMBERED = Limits(timedelta(days=30), timedelta(days=90))
PASSING = Limits(timedelta(hours=24), timedelta(days=7))
"""Above twenty hours nobody has to be warned of the end (WCAG 2.2.1)."""
STAFF = Limits(timedelta(hours=1), timedelta(hours=12))
"""Short, since staff see other people's data; the page warns and prolongs (A-01)."""


def limits(*, is_staff: bool, is_remembered: bool) -> Limits:
    """Which limits hold."""
    return STAFF if is_staff else REMEMBERED if is_remembered else PASSING


def ends_at(started_at: datetime, last_seen_at: datetime, allowed: Limits) -> datetime:
    """When a session ends if it is not used any more, in UTC."""
    return min(last_seen_at + allowed.idle, started_at + allowed.whole)


_BROWSERS = (
    ("Edge", r"\bEdgA?\b|\bEdgiOS\b"),
    ("Opera", r"\bOPR/|\bOpera\b|Opera Mini"),
    ("Samsung Internet", r"\bSamsungBrowser\b"),
    ("UC Browser", r"\bUCBrowser\b|\bUBrowser\b"),
    ("Firefox", r"\bFirefox/|\bFxiOS\b"),
    ("Chrome", r"\bChrome/|\bCriOS\b|\bChromium/"),
    ("Safari", r"\bSafari/"),
    ("w3m", r"^w3m/"),
    ("Lynx", r"^Lynx/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPad", r"\biPad\b"),
    ("iPhone", r"\biPhone\b"),
    ("KaiOS", r"\bKAIOS\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b|\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b|\bX11\b"),
)


def browser(user_agent: str) -> str:
    """`Firefox · Android`: enough to know one's own again, no version and no model. Empty if nothing is known."""
    said = user_agent[:512]
    found = [next((name for name, mark in kinds if re.search(mark, said)), "") for kinds in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name)


def network(address: str) -> str:
    """Where from, only as exactly as it takes to know one's own again: `196.207.12.…`, `2001:db8:7::…`."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    if known.version == 4:
        return ".".join(str(known).split(".")[:3]) + ".…"
    return str(ipaddress.ip_network((known, 48), strict=False).network_address) + "…"

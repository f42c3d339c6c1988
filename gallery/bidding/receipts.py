"""The chain of receipts of a lot: what happened, in order, sealed so that nobody can rewrite it (D6, I14).

An entry's body is canonical JSON (sorted keys, no spaces, ASCII). Its digest is SHA-256, hexadecimal,
over the digest before it (64 zeros before the first), a line feed and the body: anybody can
recompute it with the tools of any system. Bodies hold aliases, never a name, a member's number or a
maximum. A bidder's maximum is only committed to: who holds the nonce can prove it later (I9). Pure.
"""

import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

GENESIS = "0" * 64
"""What the first entry of a chain is sealed upon."""

NONCE_BYTES = 16
"""The fewest bytes of a nonce: 128 bits, so that no maximum can be found by trying them all."""


class Kind(StrEnum):
    """What an entry of the chain tells of."""

    OPENING = "opening"
    BID = "bid"
    RAISE = "raise"
    ANNULMENT = "annulment"
    OUTAGE = "outage"
    CLOSING = "closing"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the public may know of one change of a lot. Price, bids and end are those after it."""

    lot: int
    seq: int
    """From 0, without gaps."""
    kind: Kind
    bidder: int | None
    """The alias in this lot of who bid, or whose bid was annulled."""
    price_minor: int
    currency: str
    bids: int
    ends_at: datetime
    at: datetime
    commitment: str | None = None
    """To the maximum of a bid or raise (`commit`)."""
    annuls: int | None = None
    """The seq of the bid that an annulment takes back."""
    reason: str | None = None
    """Why, for an annulment, an outage or a withdrawal: a code, never free text, which could name somebody."""


_NAMES = tuple(sorted(field.name for field in fields(Entry)))
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_encode = json.JSONEncoder(separators=(",", ":")).encode


def canonical(entry: Entry) -> str:
    """The body of an entry: the one text that says it."""
    facts = {name: getattr(entry, name) for name in _NAMES}  # asdict copies deeply: too slow for each bid
    facts["ends_at"] = _instant(entry.ends_at)
    facts["at"] = _instant(entry.at)
    return _encode(facts)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def seal(body: str, previous: str) -> str:
    """The digest of a body that follows the entry with the given digest."""
    return sha256(f"{previous}\n{body}".encode()).hexdigest()


def verify(chain: Iterable[tuple[str, str]], *, lot: int | None = None, head: str | None = None) -> int | None:
    """Check a whole chain of (body, digest): the place of the first that doesn't hold, or None if all do.

    A chain cut short holds by itself, so give the `head`, the last digest that one knows of: if it
    isn't the chain's last, the place after the end is the broken one. Give the `lot` to be sure of it.
    """
    previous, length = GENESIS, 0
    for place, (body, digest) in enumerate(chain):
        if not hmac.compare_digest(seal(body, previous).encode(), digest.encode()) or not _belongs(body, place, lot):
            return place
        previous, length = digest, place + 1
    return length if head is not None and head != previous else None


def _belongs(body: str, place: int, lot: int | None) -> bool:
    try:
        facts = json.loads(body)
        return facts["seq"] == place and (lot is None or facts["lot"] == lot)
    except (ValueError, KeyError, TypeError):
        return False


def seq_of(number: str) -> int | None:
    """The seq of the entry with this number, typed as people count them: from 1. None if it can be no entry's."""
    return int(number) - 1 if _NUMBER.fullmatch(number) else None


def commit(nonce: str, maximum_minor: int) -> str:
    """Bind a bidder to a maximum without telling it: SHA-256 over nonce (hexadecimal), colon, minor units."""
    if len(bytes.fromhex(nonce)) < NONCE_BYTES:
        raise ValueError(f"a nonce has at least {NONCE_BYTES} bytes")
    return sha256(f"{nonce}:{maximum_minor}".encode()).hexdigest()


def matches(body: str, nonce: str, maximum_minor: int) -> bool:
    """Whether the bid that a body tells of was for this maximum, as the holder of its nonce says."""
    commitment = json.loads(body)["commitment"]
    return commitment is not None and hmac.compare_digest(commitment, commit(nonce, maximum_minor))

"""How receipts are sealed: a chain over commitments, so that one can go and the rest still be checked (P-14, P-37).

A receipt's body is canonical JSON (sorted keys, no spaces, ASCII). Its commitment is SHA-256, hexadecimal, over its
salt, a line feed and the body; a link's digest is SHA-256 over the digest before it (64 zeros before the first), a line
feed and the commitment. The salt is random and goes with the receipt: what stays is no function of the person (P-39).
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gallery.consents.models import ConsentLink, ConsentReceipt
from gallery.core.db import db, on_postgresql

GENESIS = "0" * 64
"""What the first link is sealed upon."""
BATCH = 500
_LOCK = 0x636F6E73656E74
"""Number of PostgreSQL's advisory lock under which links are appended; on SQLite there is one writer anyway."""

link: Any = ConsentLink.__table__
receipt: Any = ConsentReceipt.__table__


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole chain found."""

    links: int
    removed: int
    """Links whose receipt is gone."""
    broken: tuple[int, ...]
    """Seqs that do not hold."""


def canonical(facts: Any) -> str:
    """The body of a receipt: the one text that says it. `facts` is a row of the table, or the like."""
    subject = f"member:{facts['member_id']}" if facts["member_id"] is not None else f"device:{facts['device']}"
    names = ("seq", "ref", "purpose", "result", "version", "mechanism", "signal")
    body = {name: facts[name] for name in names}
    body |= {"subject": subject, "text": facts["text_digest"], "at": _instant(facts["at"])}
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def commit(salt: str, body: str) -> str:
    """Bind to a body without telling it."""
    return sha256(f"{salt}\n{body}".encode()).hexdigest()


def seal(commitment: str, previous: str) -> str:
    """The digest of the link that follows the one with the given digest."""
    return sha256(f"{previous}\n{commitment}".encode()).hexdigest()


def lock(session: Session) -> None:
    """Let nobody else append before the running unit of work ends, so that what it reads of choices stays true."""
    if on_postgresql():
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def append(session: Session, entries: Sequence[dict[str, Any]]) -> None:
    """Write receipts and their links in the running unit of work, under `lock`. An entry lacks seq, ref and salt."""
    last = session.execute(sa.select(link.c.seq, link.c.digest).order_by(link.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.digest) if last else (0, GENESIS)
    for entry in entries:
        row = {"member_id": None, "device": None, "signal": None} | entry
        row |= {"seq": seq, "ref": secrets.token_urlsafe(16), "salt": secrets.token_hex(16)}
        commitment = commit(row["salt"], canonical(row))
        previous = seal(commitment, previous)
        session.execute(sa.insert(link).values(seq=seq, commitment=commitment, digest=previous))
        session.execute(sa.insert(receipt).values(row))
        seq += 1


def verify() -> Verdict:
    """Recompute the whole chain from the database, in bounded memory."""
    query = sa.select(link.c.seq.label("link_seq"), link.c.commitment, link.c.digest, receipt)
    query = query.outerjoin_from(link, receipt, receipt.c.seq == link.c.seq).order_by(link.c.seq)
    rows = db.session().execute(query.execution_options(yield_per=BATCH)).mappings()
    return judge(rows)


def judge(rows: Iterable[Any]) -> Verdict:
    """Check links with their receipts, in order; a link whose receipt is gone has None for the receipt's columns."""
    previous, place, removed, broken = GENESIS, 0, 0, []
    for row in rows:
        gone = row["salt"] is None
        removed += gone
        fits = gone or same(commit(row["salt"], canonical(row)), row["commitment"])
        if row["link_seq"] != place or not fits or not same(seal(row["commitment"], previous), row["digest"]):
            broken.append(row["link_seq"])
        previous, place = row["digest"], row["link_seq"] + 1
    return Verdict(place, removed, tuple(broken))


def same(one: str, other: str) -> bool:
    """Whether two digests are equal."""
    return hmac.compare_digest(one.encode(), other.encode())


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")

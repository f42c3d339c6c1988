"""Counting of tries: rows of `attempt` that hold in all processes, on all boxes, and over a restart (ADR 0021)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import NamedTuple

import sqlalchemy as sa

from gallery.auth.sessions.models import Attempt
from gallery.auth.throttle.rules import LONGEST_SECONDS, Limit
from gallery.core.crypto import blind_index
from gallery.core.db import db, on_postgresql, transaction
from gallery.core.i18n import ngettext
from gallery.core.prepared import Prepared

log = logging.getLogger(__name__)

MOST_AT_ONCE = 5_000
"""Rows that are removed in one unit of work, so that nobody who bids waits long for it."""


class Scope(NamedTuple):
    """What is counted together: the kind of try, whose it is (of which only a digest is kept), and what is too many."""

    kind: str
    whose: str
    limits: tuple[Limit, ...]

    @property
    def digest(self) -> str:
        """Blind index, another for each kind."""
        return blind_index("attempt.key", f"{self.kind}\0{self.whose}")


class TooMany(Exception):
    """There were too many tries, and nothing was judged or written. `words` say what to do, `retry_after` seconds."""

    status = 429

    def __init__(self, retry_after: int, advice: str = "") -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        wait = ngettext(
            "There were too many tries. Wait %(num)d minute, then try again.",
            "There were too many tries. Wait %(num)d minutes, then try again.",
            ceil(retry_after / 60),
        )
        self.words = f"{wait} {advice}".strip()


class Reservation:
    """Rows that count a try before it is judged."""

    def __init__(self, row_ids: Sequence[int]) -> None:
        self._row_ids = row_ids

    def release(self) -> None:
        """Take it back: the try proved right."""
        with transaction() as work:
            work.execute(sa.delete(Attempt).where(Attempt.id.in_(self._row_ids)))


def reserve(*scopes: Scope, now: datetime, advice: str = "") -> Reservation:
    """Count a try before it is judged, in all scopes or none; raises TooMany, having written nothing.

    Tries that come together are counted one after another, so that no limit is passed by any. Whoever is refused
    costs one reading: only who seems to fit becomes a writer.
    """
    look(*scopes, now=now, advice=advice)
    with transaction() as work:
        if on_postgresql():
            # Always in the same order, or two could wait for each other.
            for number in sorted(int(one.digest[:15], 16) for one in scopes):
                work.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
        look(*scopes, now=now, advice=advice)
        return Reservation(_insert(scopes, now))


def look(*scopes: Scope, now: datetime, advice: str = "") -> None:
    """Raise TooMany if a limit is reached: if its last try but so many is not long ago yet. One statement."""
    limits = [limit for one in scopes for limit in one.limits]
    keys = {f"{name}{place}": value for place, one in enumerate(scopes) for name, value in _keys(one)}
    ats = _last_but(tuple(one.limits for one in scopes)).first(db.session(), keys)
    ends = [at + timedelta(seconds=limit.seconds) for at, limit in zip(ats, limits, strict=True) if at]
    seconds = ceil((max(ends, default=now) - now).total_seconds())
    if seconds > 0:
        log.warning("a try was refused", extra={"kind": scopes[0].kind, "seconds": seconds})
        raise TooMany(seconds, advice)


def count(*scopes: Scope, now: datetime) -> None:
    """Count a try that failed."""
    with transaction():
        _insert(scopes, now)
    log.info("a try failed", extra={"kind": scopes[0].kind})


def forget_old(now: datetime) -> None:
    """Remove what counts no more."""
    old = sa.select(Attempt.id).where(Attempt.at < now - timedelta(seconds=LONGEST_SECONDS)).limit(MOST_AT_ONCE)
    gone = MOST_AT_ONCE
    while gone == MOST_AT_ONCE:
        with transaction() as work:
            gone = work.execute(sa.delete(Attempt).where(Attempt.id.in_(old))).rowcount  # type: ignore[attr-defined]


def forget_whose(names: Iterable[str]) -> None:
    """Remove what is counted for these addresses, devices or members, of whatever kind (P-39).

    Who was tried is known by digests only, so all that could stand for the names are made and compared.
    """
    whose = list(names)
    with transaction() as work:
        kinds = work.execute(sa.select(Attempt.scope).distinct()).scalars().all()
        digests = [Scope(kind, name, ()).digest for kind in kinds for name in whose]
        for place in range(0, len(digests), MOST_AT_ONCE):
            some = digests[place : place + MOST_AT_ONCE]
            work.execute(sa.delete(Attempt).where(Attempt.key_digest.in_(some)))


def _keys(one: Scope) -> tuple[tuple[str, str], ...]:
    return ("kind", one.kind), ("digest", one.digest)


@lru_cache
def _last_but(limits: tuple[tuple[Limit, ...], ...]) -> Prepared:
    """For each scope and each of its limits, when the try was that must be long ago; built once, it is asked often."""
    table = Attempt.__table__.c
    return Prepared(
        sa.select(
            *(
                sa.select(table.at)
                .where(table.scope == sa.bindparam(f"kind{place}"), table.key_digest == sa.bindparam(f"digest{place}"))
                .order_by(table.at.desc())
                .offset(limit.count - 1)
                .limit(1)
                .scalar_subquery()
                for place, its in enumerate(limits)
                for limit in its
            )
        )
    )


def _insert(scopes: Sequence[Scope], now: datetime) -> list[int]:
    rows = [{"scope": one.kind, "key_digest": one.digest, "at": now} for one in scopes]
    return list(db.session().execute(sa.insert(Attempt).returning(Attempt.id), rows).scalars())

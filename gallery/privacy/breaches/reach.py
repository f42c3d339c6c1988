"""Which members and which of their data something touched: some tables, a session, somebody of the staff (P-52).

It errs on the side of too many: a row counts when any of its times lies in the window, and one without a time always
does. What was removed since cannot be found any more, and those who are erased are nobody (docs/decisions/0048).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from gallery.account.models import Profile
from gallery.auth.sessions.models import DeviceSession
from gallery.core import data_map
from gallery.core.audit import AuditEntry
from gallery.core.data_map import Path
from gallery.core.db import UTCDateTime, db
from gallery.core.errors import Missing
from gallery.core.personal import Category
from gallery.trust.models import Look
from gallery.trust.rules import Shown

FIELDS: dict[str, tuple[str, ...]] = {
    Shown.PAGE: ("member.email", "profile.full_name", "profile.phone"),
    Shown.EMAIL: ("member.email",),
    Shown.PHONE: ("profile.phone",),
    Shown.ADDRESS: ("profile.street", "profile.landmark", "profile.postal_code", "profile.city", "profile.country"),
    Shown.BIRTH: ("profile.born_on",),
    Shown.BANK: ("bank_account.number",),
}
"""The columns that a look was at; of the page their masks, which still tell something."""
ACCOUNT = "member:"
"""How the audit's subject begins where an act was on an account."""
AT_ONCE = 500


class UnknownNameError(LookupError):
    """There is no such table or column with personal data."""


@dataclass(frozen=True)
class Window:
    """From when until when, in UTC; None: without that end."""

    since: datetime | None = None
    until: datetime | None = None

    def has(self, at: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Whether a time lies in it."""
        ends: list[sa.ColumnElement[bool]] = [at.is_not(None)]
        if self.since is not None:
            ends.append(at >= sa.literal(self.since, UTCDateTime))
        if self.until is not None:
            ends.append(at <= sa.literal(self.until, UTCDateTime))
        return sa.and_(*ends)


@dataclass(frozen=True)
class Part:
    """What was touched in one place."""

    name: str
    """`table.edge` of the data map, or what a look was at."""
    columns: tuple[str, ...]
    categories: tuple[Category, ...]
    rows: int
    people: int
    is_dated: bool = True
    """False: its rows have no time, so that all of them count."""


@dataclass(frozen=True)
class Reach:
    """All that was touched."""

    parts: tuple[Part, ...]
    members: tuple[int, ...]
    """By their numbers, in their order."""

    @property
    def categories(self) -> tuple[Category, ...]:
        found = {one for part in self.parts for one in part.categories}
        return tuple(one for one in Category if one in found)


def of_tables(names: Collection[str], window: Window) -> Reach:
    """What tables (`bid`) or single columns (`profile.phone`) hold of members; no names: everything.

    Raises UnknownNameError.
    """
    _check(names)
    parts, members = [], set[int]()
    for path, columns in _named(names):
        rows = _rows(path, window)
        query = sa.select(sa.func.count(), sa.func.count(path.edge.distinct())).where(*rows)
        count, people = db.session().execute(query.select_from(path.table)).one()
        if count:
            parts.append(_part(path, columns, count, people, is_dated=bool(_times(path))))
            members.update(db.session().execute(sa.select(path.edge).distinct().where(*rows)).scalars())
    return Reach(tuple(parts), tuple(sorted(members)))


def of_staff(staff_id: int, window: Window) -> Reach:
    """Whom somebody of the staff looked at, and on whose account he acted."""
    look = Look.__table__.c
    query = sa.select(look.what, look.member_id).where(
        look.staff_id == staff_id, is_somebody(look.member_id), window.has(look.at)
    )
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    for what, member_id in db.session().execute(query):
        seen[what][member_id] += 1
    parts = [_looked_at(what, whom) for what, whom in sorted(seen.items())]
    acts = Counter(_acted_on(staff_id, window))
    if acts:
        parts.append(Part("audit_entry.actor_id", (), (Category.ACCOUNT,), acts.total(), len(acts)))
    members = {one for whom in seen.values() for one in whom} | acts.keys()
    return Reach(tuple(parts), tuple(sorted(members)))


def of_session(session_id: int) -> Reach:
    """What whoever had a session could reach: the account that was open in it, and where staff looked meanwhile.

    The looks of one of the staff are not told apart by session: those on his other devices count as well. Raises
    Missing; a session that was ended is gone, and the sign-in's time is then a window for its member.
    """
    session = db.session().get(DeviceSession, session_id)
    if session is None:
        raise Missing
    looked = of_staff(session.member_id, Window(session.started_at, session.last_seen_at))
    own = [
        _part(path, path.lines, rows, 1)
        for path in data_map.paths()
        if any(line.entry.export for line in path.lines) and (rows := _count(path, session.member_id))
    ]
    return Reach((*own, *looked.parts), tuple(sorted({session.member_id, *looked.members})))


def countries(members: Collection[int]) -> dict[str, int]:
    """Where these members live, by ISO 3166, the most at the head; "" where nobody was asked."""
    found: Counter[str] = Counter()
    profile = Profile.__table__.c
    for some in batches(members):
        query = sa.select(profile.country, sa.func.count()).where(profile.member_id.in_(some)).group_by(profile.country)
        for country, count in db.session().execute(query):
            found[country] += count
    if missing := len(members) - found.total():
        found[""] += missing
    return dict(found.most_common())


def batches(members: Iterable[int]) -> Iterator[list[int]]:
    """Numbers in portions that a statement takes."""
    waiting = list(members)
    for start in range(0, len(waiting), AT_ONCE):
        yield waiting[start : start + AT_ONCE]


def names() -> list[str]:
    """Every table and every column of the data map that can be asked for."""
    return [*data_map.tables(), *(str(line.column) for line in data_map.lines())]


def is_somebody(member_id: sa.ColumnElement[Any] | InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Whether a number is a person's: those below zero stand in for people who are erased, of whom nothing is left."""
    return member_id > 0


def _check(asked: Collection[str]) -> None:
    if strangers := set(asked) - set(names()):
        raise UnknownNameError(", ".join(sorted(strangers)))


def _named(asked: Collection[str]) -> Iterator[tuple[Path, list[data_map.Line]]]:
    """The paths with those of their columns that are asked for."""
    for path in data_map.paths():
        columns = [line for line in path.lines if not asked or path.table.name in asked or str(line.column) in asked]
        if columns:
            yield path, columns


def _part(path: Path, columns: Iterable[data_map.Line], rows: int, people: int, *, is_dated: bool = True) -> Part:
    held = list(columns)
    fields = tuple(str(line.column) for line in held)
    categories = tuple(dict.fromkeys(line.entry.category for line in held))
    return Part(str(path), fields, categories, rows, people, is_dated)


def _rows(path: Path, window: Window) -> list[sa.ColumnElement[bool]]:
    times = _times(path)
    if not times or (window.since is None and window.until is None):
        return [is_somebody(path.edge)]
    return [is_somebody(path.edge), sa.or_(*(window.has(one) for one in times))]


def _times(path: Path) -> list[sa.Column[Any]]:
    return [one for one in path.table.columns if isinstance(one.type, UTCDateTime)]


def _count(path: Path, member_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(path.table).where(path.edge == member_id)
    return db.session().execute(query).scalar_one()


def _looked_at(what: str, whom: Counter[int]) -> Part:
    fields = FIELDS[what]
    entries = {str(line.column): line.entry for line in data_map.lines()}
    categories = tuple(dict.fromkeys(entries[one].category for one in fields))
    return Part(f"look: {what}", fields, categories, whom.total(), len(whom))


def _acted_on(staff_id: int, window: Window) -> Iterator[int]:
    entry = AuditEntry.__table__.c
    query = sa.select(entry.subject).where(
        entry.actor_id == staff_id, entry.subject.startswith(ACCOUNT), window.has(entry.at)
    )
    for subject in db.session().execute(query).scalars():
        number = subject.removeprefix(ACCOUNT)
        if number.isascii() and number.isdigit():
            yield int(number)

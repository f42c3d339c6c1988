"""One archive of everything: to read (HTML), to take along (JSON with its schema) and for a spreadsheet (CSV).

It is made anew whenever somebody asks, batch by batch, and lies nowhere afterwards (ADR 39). Each of the three walks
the tables by itself: nothing but one batch is ever in memory.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import current_app

from gallery.core import map_words, settings
from gallery.core.db import db, on_postgresql
from gallery.core.i18n import current_locale
from gallery.privacy.export import gathering, rules, tables, words
from gallery.privacy.export.gathering import Row
from gallery.privacy.export.tables import Column, Table

MOST_IN_MEMORY = 4 << 20
"""Bytes; a larger archive goes into a file that has no name and is gone when it is sent."""
_HERE = resources.files("gallery.privacy.export")
SCHEMA = _HERE.joinpath("schema.json")
STYLE = _HERE.joinpath("archive.css")
"""A file of its own, as a page of the house has it: no template holds a style that a policy would forbid (H-02)."""
PAGE = "privacy/archive.html"

Archive = SpooledTemporaryFile[bytes]


def make(member_id: int, now: datetime) -> Archive:
    """The archive of a member as it is at `now`, in the language that is set; from its beginning, to be closed."""
    _one_moment()
    archive: Archive = SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115  The caller sends it and closes it.
    try:
        write(archive, member_id, now)
    except BaseException:
        archive.close()
        raise
    archive.seek(0)
    return archive


def _one_moment() -> None:
    """Have all that follows read the same state: the three forms must not contradict each other."""
    session = db.session()
    session.rollback()
    if on_postgresql():  # SQLite's readers always do.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def write(target: IO[bytes], member_id: int, now: datetime) -> None:
    """Write the archive of a member."""
    held = list(tables.tables())
    filled = [table for table in held if gathering.count(table, member_id)]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with _file(archive, "index.html", now) as file:
            file.writelines(_page(held, filled, member_id, now))
        with _file(archive, "style.css", now) as file:
            file.write(STYLE.read_text(encoding="utf-8"))
        with _file(archive, "data.json", now) as file:
            file.writelines(as_json(held, member_id, now))
        with _file(archive, "schema.json", now) as file:
            file.write(SCHEMA.read_text(encoding="utf-8"))
        for table in filled:
            if table.is_given:
                with _file(archive, f"tables/{table.key}.csv", now) as file:
                    _write_csv(file, table, gathering.rows(table, member_id))


@contextmanager
def _file(archive: zipfile.ZipFile, name: str, now: datetime) -> Iterator[io.TextIOWrapper]:
    info = zipfile.ZipInfo(name, now.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as file:
        yield file


def as_json(held: Iterable[Table], member_id: int, now: datetime) -> Iterator[str]:
    """The JSON that schema.json describes, in pieces; a row a line."""
    house = settings.current()
    head = {
        "format": "gallery-export",
        "version": rules.VERSION,
        "made_at": rules.plain_value(now),
        "language": current_locale(),
        "house": {
            "name": house.site_name,
            "address": house.site_address,
            "email": house.site_email,
            "phone": house.site_phone,
        },
    }
    yield f'{_json(head)[:-1]}, "tables": ['
    for number, table in enumerate(held):
        about = {
            "table": table.name,
            "over": table.path.edge.name,
            "title": words.title(table),
            "columns": [_column(table, one) for one in (*table.columns, *table.others)],
        }
        yield f'{"," if number else ""}\n{_json(about)[:-1]}, "rows": ['
        if table.is_given:
            for place, row in enumerate(gathering.rows(table, member_id)):
                yield f"{',' if place else ''}\n{_json(_row(row))}"
        yield "]}"
    yield "]}\n"


def _column(table: Table, column: Column) -> dict[str, Any]:
    named = {"name": column.name, "title": words.column(table, column.name), "given": column.is_given}
    if column.entry is None:
        return named
    told = map_words.said(column.entry)
    return named | {
        "category": str(map_words.CATEGORIES[column.entry.category]),
        "purpose": told.purpose,
        "ground": told.ground,
        "kept": told.time,
        "recipients": list(told.receivers),
    }


def _row(row: Row) -> dict[str, Any]:
    values = {name: rules.plain_value(value) for name, value in row.values.items()}
    about = {"about": row.about} if row.about else {}
    return {"values": values, **about, "sources": list(row.sources), "kept_until": rules.plain_value(row.kept_until)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_csv(file: IO[str], table: Table, rows: Iterable[Row]) -> None:
    names = [one.name for one in (*table.columns, *table.others) if one.is_given]
    lines = csv.writer(file)
    lines.writerow([*names, "about", "sources", "kept_until"])
    for row in rows:
        told = [*(row.values[name] for name in names), words.about(row), " ".join(row.sources), row.kept_until]
        lines.writerow([rules.cell(value) for value in told])


def _page(held: list[Table], filled: list[Table], member_id: int, now: datetime) -> Iterator[str]:
    """The page to read, in pieces, each table's rows only when the page comes to it."""
    page = current_app.jinja_env.get_template(PAGE)
    return page.generate(
        tables=filled,
        empty=[table for table in held if table not in filled],
        rows=lambda table: gathering.rows(table, member_id),
        told=lambda table: [map_words.said(entry) for entry in table.entries],
        words=words,
        made_at=now,
        house=settings.current(),
        language=current_locale(),
    )

"""Versions: immutable, sealed, with the same clauses in both languages, and never before their time (M2, P-54)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from gallery.content.policies import checks, publishing, queries, rendering, tables
from gallery.content.policies.checks import Problem
from gallery.content.policies.models import PolicyVersion
from gallery.content.policies.publishing import ChangedMeanwhile, PublicationRefused, Texts
from gallery.content.policies.rules import Kind
from gallery.core import column_words, data_map, map_words
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.i18n import force_locale
from gallery.core.personal import KEY, Category, Purpose, personal
from tests.content.policies import NOW, at, change, editor

GOOD = {
    "source_en": "## Who {#who}\n\nWe. Read the [terms](/policies/terms#bid) and [this](#who).",
    "source_fr": "## Qui {#who}\n\nNous. Lisez les [conditions](/policies/terms#bid) et [ceci](#who).",
    "summary_en": "Shorter.",
    "summary_fr": "Plus court.",
}


def refused(kind: Kind, by_id: int, now: datetime, **values: object) -> set[tuple[Problem, str]]:
    """Why a draft cannot be published."""
    draft = queries.draft(kind)
    revision = publishing.save_draft(kind, Texts(**GOOD | values), draft.revision if draft else 0, by_id=by_id, now=now)
    with pytest.raises(PublicationRefused) as told:
        publishing.publish(kind, revision, by_id=by_id, now=now)
    return {(one.problem, one.language) for one in told.value.found}


def test_the_first_edition_is_published_once_and_at_once(app: Flask) -> None:
    """M3: whoever seeds again changes nothing."""
    assert publishing.seed(NOW) == list(Kind)
    assert publishing.seed(NOW + timedelta(days=40)) == []
    for kind in Kind:
        edition = queries.in_force(kind, NOW)
        assert edition is not None
        assert (edition.number, edition.effective_from) == (1, NOW)
        assert queries.in_force(kind, NOW - timedelta(seconds=1)) is None


def test_the_first_edition_has_the_same_clauses_in_both_languages(app: Flask) -> None:
    for kind in Kind:
        english, french = (rendering.clauses(publishing._first(kind, language)) for language in ("en", "fr"))
        assert english == french
        assert len(english) >= 8
        assert len(set(english)) == len(english)


def test_the_first_edition_keeps_french_typography() -> None:
    for kind in Kind:
        text = publishing._first(kind, "fr")
        assert not [mark for mark in (" ;", " ?", " !", " :", "'") if mark in text], kind


@pytest.mark.database
def test_what_was_published_cannot_be_changed_by_anybody(app: Flask) -> None:
    """P-54: the database itself refuses, whatever program asks it."""
    publishing.seed(NOW)
    statements = [
        "UPDATE policy_version SET html_en = 'We owe you nothing.'",
        "UPDATE policy_version SET effective_from = published_at WHERE kind = 'terms'",
        "DELETE FROM policy_version WHERE kind = 'legal'",
    ]
    if db.engine.dialect.name == "postgresql":
        statements.append("TRUNCATE policy_version CASCADE")
    for statement in statements:
        with pytest.raises(IntegrityError, match="stays as it is"), transaction() as session:
            session.execute(sa.text(statement))
    version = queries.version(Kind.TERMS, 1)
    assert version is not None
    assert publishing.digest_of(version) == version.digest


@pytest.mark.database
def test_a_version_is_sealed_over_both_languages_and_their_tables(app: Flask) -> None:
    publishing.seed(NOW)
    version = queries.version(Kind.PRIVACY, 1)
    assert version is not None
    for name in ("source_en", "source_fr", "html_en", "html_fr", "kind", "number", "effective_from"):
        db.session.expunge_all()
        other = db.session.get(PolicyVersion, version.id)
        assert other is not None
        assert publishing.digest_of(other) == other.digest
        setattr(other, name, {"number": 2, "effective_from": NOW + timedelta(1)}.get(name, "another"))
        assert publishing.digest_of(other) != version.digest
        db.session.rollback()


def test_a_change_counts_after_fifteen_whole_days(app: Flask) -> None:
    """P-54, C-09; by time travel."""
    by_id = editor()
    publishing.seed(NOW - timedelta(days=100))
    assert change(Kind.TERMS, by_id, NOW) == 2
    starts = datetime(2026, 12, 13, tzinfo=NOW.tzinfo)
    before, after = (queries.in_force(Kind.TERMS, moment) for moment in (starts - timedelta(seconds=1), starts))
    assert before is not None
    assert after is not None
    assert (before.number, after.number) == (1, 2)
    coming = queries.upcoming(Kind.TERMS, NOW)
    assert coming is not None
    assert coming.number == 2


def test_an_editor_may_choose_a_later_day_and_never_an_earlier_one(app: Flask) -> None:
    by_id = editor()
    publishing.seed(NOW)
    assert (Problem.TOO_SOON, "") in refused(Kind.LEGAL, by_id, NOW, effective_on=date(2026, 12, 12))
    change(Kind.LEGAL, by_id, NOW, effective_on=date(2027, 2, 1))
    assert (Problem.BEFORE_THE_NEXT, "") in refused(Kind.LEGAL, by_id, NOW, effective_on=date(2027, 1, 31))
    change(Kind.LEGAL, by_id, NOW, source_en=GOOD["source_en"], source_fr=GOOD["source_fr"])
    newest = queries.newest(Kind.LEGAL)
    assert newest is not None
    assert newest.effective_from == datetime(2027, 2, 1, tzinfo=NOW.tzinfo), "never before the one before it"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"source_fr": "## Qui {#qui}\n\nNous."}, (Problem.CLAUSES, "fr")),
        ({"source_en": "## Who {#who}\n\nWe.\n\n## More {#more}"}, (Problem.CLAUSES, "fr")),
        ({"source_en": "## A {#a}\n\n## B {#b}", "source_fr": "## B {#b}\n\n## A {#a}"}, (Problem.SHUFFLED, "")),
        ({"source_en": " \n"}, (Problem.EMPTY, "en")),
        ({"source_en": GOOD["source_en"] + "\n\n{{ table:nothing }}"}, (Problem.UNKNOWN_TABLE, "en")),
        ({"source_fr": GOOD["source_fr"] + "\n\nVoir {{ table:data }}"}, (Problem.UNKNOWN_TABLE, "fr")),
        ({"source_en": GOOD["source_en"] + "\n\n[gone](/policies/returns)"}, (Problem.BROKEN_LINK, "en")),
        ({"source_fr": GOOD["source_fr"] + "\n\n[loin](#nowhere)"}, (Problem.BROKEN_LINK, "fr")),
        ({"source_en": GOOD["source_en"] + "\n\n![a](picture:7)"}, (Problem.PICTURE, "en")),
        ({"summary_fr": " "}, (Problem.NO_SUMMARY, "fr")),
    ],
)
def test_what_is_wrong_with_a_draft_keeps_it_from_being_published(
    app: Flask, values: dict[str, str], problem: tuple[Problem, str]
) -> None:
    by_id = editor()
    publishing.seed(NOW)
    assert problem in refused(Kind.LEGAL, by_id, NOW, **values)
    assert len(queries.editions(Kind.LEGAL)) == 1


def test_what_changes_nothing_is_no_version(app: Flask) -> None:
    by_id = editor()
    publishing.seed(NOW)
    same = {f"source_{language}": publishing._first(Kind.LEGAL, language) for language in ("en", "fr")}
    assert refused(Kind.LEGAL, by_id, NOW, **same) == {(Problem.NOTHING_CHANGED, "")}


def test_two_editors_do_not_overwrite_each_other(app: Flask) -> None:
    by_id = editor()
    publishing.seed(NOW)
    first = publishing.save_draft(Kind.LEGAL, Texts(**GOOD), 0, by_id=by_id, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        publishing.save_draft(Kind.LEGAL, Texts(**GOOD), 0, by_id=by_id, now=NOW)
    publishing.save_draft(Kind.LEGAL, Texts(**GOOD), first, by_id=by_id, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        publishing.publish(Kind.LEGAL, first, by_id=by_id, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        publishing.discard_draft(Kind.LEGAL, first, by_id=by_id)
    acts = db.session.execute(sa.select(AuditEntry.action).order_by(AuditEntry.id)).scalars().all()
    assert acts[-2:] == ["policy.draft_saved", "policy.draft_saved"]


# Text and program


def told(language: str) -> str:
    with force_locale(language):
        return str(tables.data(language))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_public_table_names_every_personal_column(app: Flask, language: str) -> None:
    """P-03: each column's words stand in the table of its category, with why, how long and who."""
    table = told(language)
    for line in data_map.lines():
        with force_locale(language):
            words = [
                str(map_words.CATEGORIES[line.entry.category]),
                column_words.of_table(line.column.table),
                column_words.of_column(line.column),
                map_words.told(line.column).purpose,
                map_words.told(line.column).time,
            ]
        for said in words:
            assert str(Markup.escape(said)) in table, (line.column, said)
    published = rendering.rendered("{{ table:data }}", language)
    assert table in published


def test_a_new_column_and_one_that_changes_make_the_text_untrue_and_it_is_said(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-03: the map is the program's; nobody needs to remember the text."""
    publishing.seed(NOW)
    assert checks.drifts(NOW) == []
    column = data_map.lines()[1].column
    monkeypatch.setitem(column.info, KEY, personal(category=Category.PAYMENT, purpose=Purpose.PAYOUT)[KEY])
    drifts = checks.drifts(NOW)
    assert {(drift.edition.kind, drift.language, drift.mended_by) for drift in drifts} == {
        (Kind.PRIVACY, "en", None),
        (Kind.PRIVACY, "fr", None),
    }
    runner = app.test_cli_runner()
    result = runner.invoke(args=["policies", "check"])
    assert result.exit_code == 1
    assert "privacy 1 (en): differs from the program" in result.output
    by_id = editor()
    publishing.save_draft(
        Kind.PRIVACY,
        Texts(publishing._first(Kind.PRIVACY, "en"), publishing._first(Kind.PRIVACY, "fr"), "Pay.", "Paie."),
        0,
        by_id=by_id,
        now=NOW,
    )
    publishing.publish(Kind.PRIVACY, 1, by_id=by_id, now=NOW)
    assert {drift.mended_by.number for drift in checks.drifts(NOW) if drift.mended_by} == {2}
    at(app, NOW)
    mended = runner.invoke(args=["policies", "check"])
    assert mended.exit_code == 0, mended.output
    assert checks.drifts(NOW + timedelta(days=20)) == []


def test_the_command_seeds_and_checks(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["policies", "check"]).exit_code == 1, "nothing is published"
    assert "terms" in runner.invoke(args=["policies", "seed"]).output
    assert "nothing" in runner.invoke(args=["policies", "seed"]).output
    result = runner.invoke(args=["policies", "check"])
    assert result.exit_code == 0, result.output


def test_a_personal_column_without_words_cannot_be_told_of() -> None:
    stranger = sa.Table("stranger", sa.MetaData(), sa.Column("whim", sa.Integer))
    with pytest.raises(KeyError):
        column_words.of_table(stranger)
    with pytest.raises(KeyError):
        column_words.of_column(stranger.c.whim)


# What is remembered for bids


def test_the_number_for_bids_is_read_once_and_follows_the_calendar(app: Flask) -> None:
    """P-54: the hot path asks the database once, and still knows the day on which the next version counts."""
    by_id = editor()
    assert queries.number_in_force(Kind.TERMS, NOW) is None
    publishing.seed(NOW)
    assert queries.number_in_force(Kind.TERMS, NOW) == 1
    change(Kind.TERMS, by_id, NOW)
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", listen)
    try:
        for minute in range(60):
            assert queries.number_in_force(Kind.TERMS, NOW + timedelta(minutes=minute)) == 1
        assert asked == []
        starts = datetime(2026, 12, 13, tzinfo=NOW.tzinfo)
        assert queries.number_in_force(Kind.TERMS, starts - timedelta(microseconds=1)) == 1
        assert queries.number_in_force(Kind.TERMS, starts) == 2
        assert queries.number_in_force(Kind.TERMS, NOW - timedelta(seconds=1)) is None, "a sale that is replayed"
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", listen)

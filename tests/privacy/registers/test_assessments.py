"""P-04: what an impact assessment lists is what is read for that purpose, no more and no less."""

from __future__ import annotations

import pytest
from flask import Flask

from gallery.core import column_words, data_map
from gallery.core.i18n import force_locale
from gallery.core.settings import current
from gallery.privacy.registers import assessments
from gallery.privacy.registers.assessments import ASSESSMENTS, Assessment


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("one", ASSESSMENTS, ids=lambda one: one.key)
def test_each_lists_all_columns_of_its_purpose_and_no_other(one: Assessment) -> None:
    read = {str(line.column) for line in data_map.lines() if line.entry.purpose is one.purpose}
    assert set(one.columns) == read, "look at the assessment again: does it still say all that could happen?"
    assert len(one.columns) == len(set(one.columns))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_is_written_in_both_languages_with_everything_that_is_read(app: Flask, language: str) -> None:
    text = assessments.as_markdown(current(), language)
    with force_locale(language):
        for line in data_map.lines():
            if str(line.column) in {name for one in ASSESSMENTS for name in one.columns}:
                assert column_words.of_column(line.column) in text, line.column
        for one in ASSESSMENTS:
            assert str(one.title) in text
            assert all(str(danger.measures) in text for danger in one.dangers)


def test_a_command_prints_it(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["privacy", "dpia"]).output.startswith("# Analyses d’impact")
    assert run(args=["privacy", "dpia", "--lang", "en"]).output.startswith("# Data protection impact assessments\n")

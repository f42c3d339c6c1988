"""P-03: the record of processing is the data map, whole, in two languages."""

from __future__ import annotations

import dataclasses
import re

import pytest
from flask import Flask

from gallery.core import column_words, data_map, map_words
from gallery.core.i18n import force_locale
from gallery.core.settings import current
from gallery.privacy.registers import record


@pytest.mark.parametrize("language", ["fr", "en"])
def test_all_that_the_map_holds_is_in_it(app: Flask, language: str) -> None:
    text = record.as_markdown(current(), language)
    with force_locale(language):
        for line in data_map.lines():
            part = text.split(f"## {_capital(map_words.PURPOSES[line.entry.purpose])}\n")[1].split("\n## ")[0]
            colon = "\u00a0:" if language == "fr" else ":"
            assert f"  - {column_words.of_table(line.column.table)}{colon} " in part, line.column
            assert column_words.of_column(line.column) in part, line.column
            assert f"  - {map_words.TIMES[line.entry.keep]}" in part, line.column
            assert f"  - {map_words.GROUNDS[line.entry.basis]}" in part, line.column
            assert all(f"  - {map_words.RECEIVERS[one]}" in part for one in line.entry.to), line.column


def test_it_names_who_answers_and_the_representatives(app: Flask) -> None:
    site = dataclasses.replace(current(), eu_representative="Maître Dupont, Lyon", senegal_representative=None)
    text = record.as_markdown(site, "fr")
    assert site.site_address in text
    assert "Maître Dupont, Lyon" in text
    assert "la maison elle-même" in text
    assert re.search(r"^  - .*\w: ", text, re.MULTILINE) is None, "French puts a space before a colon"


def test_the_command_writes_it_in_french_unless_told_otherwise(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["privacy", "ropa"]).output.startswith("# Registre des traitements\n")
    assert runner.invoke(args=["privacy", "ropa", "--lang", "en"]).output.startswith("# Record of processing\n")
    assert runner.invoke(args=["privacy", "ropa", "--lang", "de"]).exit_code == 2


def _capital(words: object) -> str:
    return f"{str(words)[0].upper()}{str(words)[1:]}"

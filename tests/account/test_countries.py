"""The list of countries is written in a shorter way, and reads as WTForms' own."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import Select

from gallery.account.countries import CountryList, countries

ODD = [SelectChoice("", "Please choose"), SelectChoice('"><b>', "A & B < C"), SelectChoice("bare")]


class Both(Form):
    ours = SelectField(widget=CountryList(), default="SN", name="country", render_kw={"autocomplete": "country"})
    theirs = SelectField(widget=Select(), default="SN", name="country", render_kw={"autocomplete": "country"})


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("sent", [None, "CI", "", '"><b>', "nowhere"])
def test_it_reads_letter_by_letter_as_the_librarys(locale: str, sent: str | None) -> None:
    form = Both()
    choices = [SelectChoice(code, name) for code, name in countries(locale)] + ODD
    for field in (form.ours, form.theirs):
        field.choices = choices
        field.id = "country"
        field.process(None if sent is None else MultiDict({"country": sent}))
    assert str(form.ours()) == str(form.theirs())
    assert str(form.ours()).count(" selected ") == (0 if sent == "nowhere" else 1)

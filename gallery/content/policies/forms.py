"""What is typed about policies: a member's agreement, an editor's draft; and the words of each refusal."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from gallery.auth.forms import PlainForm, ReturningForm
from gallery.content.policies.publishing import Texts
from gallery.core.i18n import _, lazy

LONGEST_SOURCE = 200_000
LONGEST_SUMMARY = 2_000

_damaged = Regexp(r"[0-9]{1,9}", message=lazy("The form was damaged on its way. Please send it again."))


class AgreementForm(ReturningForm):
    """The number of the version that the member saw."""

    version = HiddenField(validators=[_damaged])


def _unix(text: str | None) -> str:
    """As it is stored and compared: browsers send CRLF."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _source(label: object) -> TextAreaField:
    words = lazy("That is longer than we take: %(most)d characters.", most=LONGEST_SOURCE)
    return TextAreaField(
        label,
        [Length(max=LONGEST_SOURCE, message=words)],
        filters=[_unix],
        render_kw={"rows": 30, "spellcheck": "true"},
    )


def _summary(label: object) -> TextAreaField:
    words = lazy("Please say it in %(most)d characters at the most.", most=LONGEST_SUMMARY)
    return TextAreaField(
        label, [Optional(), Length(max=LONGEST_SUMMARY, message=words)], filters=[_unix], render_kw={"rows": 3}
    )


class Day(DateField):  # type: ignore[misc]
    """A day, refused in our words: what WTForms says of a wrong one is not in every language of the house."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is not a date. Choose a day, or leave it empty.")) from None


class DraftForm(PlainForm):
    """The next version of a policy, in both languages."""

    source_en = _source(lazy("English text"))
    source_fr = _source(lazy("French text"))
    summary_en = _summary(lazy("What changes, in English"))
    summary_fr = _summary(lazy("What changes, in French"))
    is_important = BooleanField(lazy("Important: tell all members by mail, and ask them again"))
    effective_on = Day(lazy("Counts from"), [Optional()])
    revision = HiddenField(validators=[_damaged])

    def texts(self) -> Texts:
        """What was written."""
        return Texts(
            source_en=self.source_en.data,
            source_fr=self.source_fr.data,
            summary_en=self.summary_en.data or "",
            summary_fr=self.summary_fr.data or "",
            is_important=bool(self.is_important.data),
            effective_on=self.effective_on.data,
        )


class RevisionForm(PlainForm):
    """Which draft the editor saw, where he publishes or discards it."""

    revision = HiddenField(validators=[_damaged])

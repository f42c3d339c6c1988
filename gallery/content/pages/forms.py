"""What editors type, and the words of each refusal. French and English stand side by side."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from gallery.auth.forms import PlainForm
from gallery.content.pages import rules
from gallery.content.pages.rules import Draft
from gallery.core.i18n import _, lazy

LONGEST_TITLE = 200
LONGEST_BODY = 40_000
"""Letters in one language: two of them, sent again after a stale page, fit the frame's limit."""
LAST_RANK = 9_999

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_RANK = re.compile(r"[0-9]{1,4}", re.ASCII)


def one_line(text: str | None) -> str:
    """What was typed in a line, without characters that nobody sees."""
    return " ".join(_UNSEEN.sub(" ", text or "").split())


def lines(text: str | None) -> str:
    """What was typed over several lines, without characters that nobody sees."""
    return _UNSEEN.sub("", (text or "").replace("\r\n", "\n")).strip()


def at_most(longest: int) -> Length:
    """A limit in our own words."""
    return Length(max=longest, message=lazy("That is too long: %(longest)d characters at most.", longest=longest))


def _title(label: Any) -> StringField:
    return StringField(label, [at_most(LONGEST_TITLE)], filters=[one_line], render_kw={"maxlength": LONGEST_TITLE})


def body_field(label: Any, longest: int = LONGEST_BODY, rows: int = 18) -> TextAreaField:
    return TextAreaField(
        label,
        [at_most(longest)],
        filters=[lines],
        render_kw={"maxlength": longest, "rows": rows, "spellcheck": "true"},
    )


class TextForm(PlainForm):
    """A text in two languages. In at least one of them it must be whole."""

    based_on = HiddenField()
    title_fr = _title(lazy("Title in French"))
    title_en = _title(lazy("Title in English"))
    body_fr = body_field(lazy("Text in French"))
    body_en = body_field(lazy("Text in English"))
    note = StringField(
        lazy("What did you change?"),
        [at_most(LONGEST_TITLE)],
        filters=[one_line],
        description=lazy("For the history."),
        render_kw={"maxlength": LONGEST_TITLE},
    )

    needs_body = True

    def validate_title_fr(self, field: Field) -> None:
        """A language has both parts or none."""
        self._whole(field, self.body_fr)

    def validate_title_en(self, field: Field) -> None:
        """A language has both parts or none; one has them."""
        self._whole(field, self.body_en)
        if not self.title_en.data and not self.title_fr.data:
            raise ValidationError(_("Write a title and a text in at least one of the languages."))

    def validate_body_fr(self, field: Field) -> None:
        """A language has both parts or none."""
        if self.needs_body and self.title_fr.data and not field.data:
            raise ValidationError(_("There is a title in this language, but no text."))

    def validate_body_en(self, field: Field) -> None:
        """A language has both parts or none."""
        if self.needs_body and self.title_en.data and not field.data:
            raise ValidationError(_("There is a title in this language, but no text."))

    def begun_with(self) -> int:
        """The number of the version that the editor began with; 0 for none or nonsense."""
        typed = self.based_on.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0

    def draft(self) -> Draft:
        """What was typed."""
        return Draft(
            title_fr=self.title_fr.data,
            title_en=self.title_en.data,
            body_fr=self.body_fr.data,
            body_en=self.body_en.data,
        )

    def _whole(self, title: Field, body: Field) -> None:
        if body.data and not title.data:
            raise ValidationError(_("There is a text in this language, but no title."))


class PageForm(TextForm):
    """A page or a help topic."""

    rank = StringField(
        lazy("Place in lists"),
        filters=[one_line],
        default=str(rules.USUAL_RANK),
        description=lazy("A number; low ones come first."),
        render_kw={"inputmode": "numeric", "maxlength": 4},
    )

    def validate_rank(self, field: Field) -> None:
        """A small number."""
        if not _RANK.fullmatch(field.data or ""):
            raise ValidationError(_("Write a whole number from 0 to %(last)d.", last=LAST_RANK))

    def draft(self) -> Draft:
        """What was typed."""
        made = super().draft()
        rank = int(self.rank.data) if _RANK.fullmatch(self.rank.data or "") else rules.USUAL_RANK
        return Draft(made.title_fr, made.title_en, made.body_fr, made.body_en, rank=rank)


class NoticeForm(TextForm):
    """The words of a mail: subject and text, with places in braces that are filled when it is sent."""

    title_fr = _title(lazy("Subject in French"))
    title_en = _title(lazy("Subject in English"))

    def __init__(self, *args: Any, places: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places

    def validate(self, **kwargs: Any) -> bool:
        """A place that nothing fills would reach the reader as it is: refused, not only warned of."""
        good = bool(super().validate(**kwargs))
        for field in (self.title_fr, self.title_en, self.body_fr, self.body_en):
            for name in rules.unknown_places(field.data or "", self.places):
                field.errors = [*field.errors, _("Nothing fills {%(name)s}.", name=name)]
                good = False
        return good


class SlugForm(PlainForm):
    """The address of a new text."""

    slug = StringField(
        lazy("Address"),
        [InputRequired(lazy("Use small letters, digits and hyphens, as in how-to-bid."))],
        filters=[one_line],
        description=lazy("Small letters, digits and hyphens. It stays for good, since others link to it."),
        render_kw={"maxlength": rules.LONGEST_SLUG, "spellcheck": "false", "autocapitalize": "none"},
    )

    def validate_slug(self, field: Field) -> None:
        """What can stand in an address."""
        if not rules.SLUG.fullmatch(field.data or "") or len(field.data) > rules.LONGEST_SLUG:
            raise ValidationError(_("Use small letters, digits and hyphens, as in how-to-bid."))

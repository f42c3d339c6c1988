"""A picture and its words, as editors send them."""

from __future__ import annotations

from wtforms import Field, FileField, StringField, ValidationError
from wtforms.validators import InputRequired

from gallery.auth.forms import PlainForm
from gallery.content.pages.forms import one_line
from gallery.core.i18n import _, lazy

LONGEST_ALTERNATIVE = 300
SHORTEST_ALTERNATIVE = 5

_unsaid = InputRequired(lazy("Say in a few words what the picture shows, for those who do not see it."))


class PictureForm(PlainForm):
    """A picture, and what it shows, in both languages: without that nobody may publish it (1.1.1)."""

    picture = FileField(
        lazy("Picture"),
        # Whether it is a picture is said by who decodes it.
        [InputRequired(lazy("Choose a picture."))],
        description=lazy("JPEG, PNG or WebP. Place and camera are taken out of it."),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    alt_fr = StringField(
        lazy("What it shows, in French"), [_unsaid], filters=[one_line], render_kw={"maxlength": LONGEST_ALTERNATIVE}
    )
    alt_en = StringField(
        lazy("What it shows, in English"), [_unsaid], filters=[one_line], render_kw={"maxlength": LONGEST_ALTERNATIVE}
    )

    def validate_alt_fr(self, field: Field) -> None:
        """A few words."""
        _said(field)

    def validate_alt_en(self, field: Field) -> None:
        """A few words."""
        _said(field)


def _said(field: Field) -> None:
    if len(field.data or "") < SHORTEST_ALTERNATIVE:
        raise ValidationError(_("Say in a few words what the picture shows, for those who do not see it."))
    if len(field.data) > LONGEST_ALTERNATIVE:
        raise ValidationError(_("That is too long: %(longest)d characters at most.", longest=LONGEST_ALTERNATIVE))

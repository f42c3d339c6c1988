"""A picture and its words, as editors send them."""

from __future__ import annotations

from wtforms import FileField, StringField
from wtforms.validators import InputRequired, Length

from gallery.auth.forms import PlainForm
from gallery.content.pages.forms import one_line
from gallery.core.i18n import lazy

LONGEST_ALTERNATIVE = 300
SHORTEST_ALTERNATIVE = 5

_unsaid = lazy("Say in a few words what the picture shows, for those who do not see it.")
_too_long = lazy("That is too long: %(longest)d characters at most.", longest=LONGEST_ALTERNATIVE)
_words = [
    InputRequired(_unsaid),
    Length(min=SHORTEST_ALTERNATIVE, message=_unsaid),
    Length(max=LONGEST_ALTERNATIVE, message=_too_long),
]


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
        lazy("What it shows, in French"), _words, filters=[one_line], render_kw={"maxlength": LONGEST_ALTERNATIVE}
    )
    alt_en = StringField(
        lazy("What it shows, in English"), _words, filters=[one_line], render_kw={"maxlength": LONGEST_ALTERNATIVE}
    )

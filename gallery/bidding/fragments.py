"""The standing as everyone sees it, rendered once per version, state and reader's language.

The key is all that it shows, so that nothing can be stale and nothing has to be thrown away.
"""

from __future__ import annotations

from functools import lru_cache

from flask import render_template
from markupsafe import Markup

from gallery.bidding.queries import Shown
from gallery.core import settings
from gallery.core.i18n import current_locale

STANDINGS = 4096
"""How many are kept: about 1 kB each."""


def standing(shown: Shown) -> Markup:
    """The live part of a lot's page: the same bytes for the page, the answer to a bid, the poll and the stream."""
    return _standing(shown, current_locale(), settings.current().time_zone)


@lru_cache(STANDINGS)
def _standing(shown: Shown, _language: str, _zone: str) -> Markup:
    return Markup(render_template("bidding/_standing.html", shown=shown))  # noqa: S704  Our own, which escapes.

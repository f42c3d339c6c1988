"""What the reports of retention are called for the staff, who know no tables."""

from __future__ import annotations

from gallery.core import column_words
from gallery.core.db import Base
from gallery.core.i18n import _, lazy
from gallery.privacy.retention.services import LOTS, NOTHING, UNCONFIRMED

WORDS = {
    NOTHING: lazy("nothing"),
    LOTS: lazy("Names in the records of old sales"),
    UNCONFIRMED: lazy("Accounts whose address was never confirmed"),
}
"""What is no path of the data map."""


def rule(name: str) -> str:
    """What a rule is about: a path (`block.by_id`) by the words of its table and its column."""
    if name in WORDS:
        return str(WORDS[name])
    table, _dot, column = name.partition(".")
    known = Base.metadata.tables.get(table)
    if known is None or column not in known.c:
        return name  # Reported before the table went: old reports stay readable.
    words = column_words.of_column(known.c[column])
    return str(_("%(term)s: %(words)s", term=column_words.of_table(known), words=words))

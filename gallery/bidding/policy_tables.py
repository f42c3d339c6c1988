"""What the terms say of bidding and the program knows better: the steps, from the tables by which bids are judged."""

from __future__ import annotations

from markupsafe import Markup

from gallery.bidding.increments import GRANULARITY, Table, ladder
from gallery.content import blocks
from gallery.core.i18n import _
from gallery.core.money import format_money

_SHOWN = ((Table.EUR, "EUR"), (Table.XOF, "XOF"))


def steps(language: str) -> Markup:
    """By how much a bid must beat the price, in the currencies of the house."""
    return Markup("\n").join(_table(table, currency, language) for table, currency in _SHOWN)


def _table(table: Table, currency: str, language: str) -> Markup:
    thresholds, rungs = ladder(table, currency, GRANULARITY[currency])
    rows: list[list[str | Markup]] = [
        [format_money(threshold, currency, language), format_money(rung, currency, language)]
        for threshold, rung in zip(thresholds, rungs, strict=True)
    ]
    headings = [_("Price from (%(currency)s)", currency=currency), _("The next bid is higher by at least")]
    return blocks.table(headings, rows, _("Steps in %(currency)s", currency=currency))

"""The member's privacy centre: what is known, what restricts him, and what he can do (L1, L2, P-32, P-41).

The overview says what is there without a value in it; values are read after showing again who one is, as in the
archive. Each page is about whoever is signed in: there is no number of a member in any address.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from gallery.auth.step_up import changes_sign_in as stepped_up
from gallery.core import access, clock, map_words
from gallery.core.errors import Missing
from gallery.core.web import private
from gallery.privacy.breaches import queries as breaches
from gallery.privacy.centre import queries
from gallery.privacy.disclosures import labels as disclosure_labels
from gallery.privacy.disclosures import queries as disclosures
from gallery.privacy.export import gathering, words
from gallery.privacy.requests import labels
from gallery.privacy.requests import queries as requests
from gallery.trust import standing
from gallery.trust.rules import number_in

bp = Blueprint("privacy_centre", __name__, url_prefix="/account/privacy")

ROWS_ON_A_PAGE = 20
LATEST = 20
"""Requests in the overview; all of them stand in the rows below."""


@bp.get("")
@access.member
def index() -> ResponseReturnValue:
    """What is there about the member, and every act that is open to him."""
    now = clock.now()
    page = render_template(
        "privacy/centre/index.html",
        requests=requests.of_member(current_user.id)[:LATEST],
        request_labels=labels,
        now=now,
        held=queries.held(current_user.id),
        categories=map_words.CATEGORIES,
        restrictions=standing.restrictions(current_user.id),
        is_running=lambda block: standing.is_running(block, now),
        disclosed=disclosures.of_member(current_user.id),
        disclosure_grounds=disclosure_labels.GROUNDS,
        incidents=breaches.told_to(current_user.id),
    )
    return private(page)


@bp.get("/held/<key>")
@stepped_up
def rows(key: str) -> ResponseReturnValue:
    """What one table holds of the member, row by row, the newest first."""
    table = queries.table_called(key)
    if table is None:
        raise Missing
    first = number_in(request.args.get("after", "")) or 0
    found = gathering.page(table, current_user.id, first, ROWS_ON_A_PAGE + 1)
    page = render_template(
        "privacy/centre/rows.html",
        table=table,
        rows=found[:ROWS_ON_A_PAGE],
        told=[map_words.said(entry) for entry in table.entries],
        words=words,
        older=url_for(".rows", key=key, after=first + ROWS_ON_A_PAGE) if len(found) > ROWS_ON_A_PAGE else "",
        first=url_for(".rows", key=key) if first else "",
    )
    return private(page)

"""Addresses that no page has: told apart before anything is asked of the database (A-03)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask, make_response, request

from gallery.auth.models import Member
from gallery.core.access import public
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories
from tests.inspection import InspectingClient

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    "address", ["/artists/x%00y", "/sales/%00", "/lots/?q=a%00b", "/lots/?%00=1", "/static/css/gallery.css%00", "/%00"]
)
def test_an_address_with_a_nul_is_no_page(app: Flask, address: str) -> None:
    """PostgreSQL cannot even be asked for it, and answered with an error of the server."""
    assert app.test_client().get(address).status_code == 404


def test_a_nul_in_a_form_is_not_understood_but_no_error_of_ours(app: Flask, settings: Settings) -> None:
    @public
    def finds():
        return {"found": db.session.execute(sa.select(Member.id).where(Member.email == request.form["email"])).all()}

    app.add_url_rule("/test/finds", "finds", finds, methods=["POST"])
    app.config["PROPAGATE_EXCEPTIONS"] = app.config["WTF_CSRF_ENABLED"] = False
    expected = 200 if settings.on_sqlite else 400
    answer = app.test_client().post("/test/finds", data={"email": "a\0b"})
    assert answer.status_code == expected


@pytest.mark.parametrize("digits", [19, 20, 40])
@pytest.mark.parametrize("path", ["", "/bids", "/standing", "/receipts", "/live"])
def test_a_number_too_large_is_no_page_also_where_another_method_has_the_path(
    client: InspectingClient, path: str, digits: int
) -> None:
    address = f"/lots/{'9' * digits}{path}"
    assert client.get(address).status_code == 404
    assert client.head(address).status_code == 404


def test_an_unchanged_page_says_what_it_varies_by(app: Flask) -> None:
    """A cache that learns it from the 200 alone may give the part for the page once it has asked again."""

    @public
    def unchanged():
        return make_response("", 304)

    app.add_url_rule("/test/unchanged", "unchanged", unchanged)
    assert {"HX-Request", "Accept-Language", "Cookie"} <= set(app.test_client().get("/test/unchanged").vary)


def test_an_unchanged_standing_says_what_it_varies_by(client: InspectingClient) -> None:
    address = f"/lots/{factories.open_lot()}/standing"
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    tag = client.get(address, headers=part).headers["ETag"]
    answer = client.get(address, headers=part | {"If-None-Match": tag})
    assert answer.status_code == 304
    assert {"HX-Request", "Accept-Language", "Cookie"} <= set(answer.vary)

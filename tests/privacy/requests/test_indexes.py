"""After a new GALLERY_SECRET_KEY the requests of people without an account are found again (ADR 28, L1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from gallery import create_app
from gallery.core.db import db
from gallery.core.settings import Settings
from gallery.privacy.requests import queries
from tests import factories
from tests.privacy.requests.asking import ask, of_address

ADDRESS = "awa@example.org"


@pytest.mark.database
def test_requests_of_an_address_are_found_again(app: Flask, settings: Settings) -> None:
    mine, of_a_member = ask(), ask(member_id=factories.member("ana").id)
    assert of_address(ADDRESS) == [mine]
    db.session.rollback()
    with create_app(replace(settings, secret_key="another secret key of the house, long enough")).app_context() as ctx:
        assert of_address(ADDRESS) == []
        result = ctx.app.test_cli_runner().invoke(args=["keys", "index"])
        assert result.exit_code == 0, result.output
        assert "privacy_request: 2" in result.output
        assert of_address(ADDRESS) == [mine]
        assert queries.by_ref(of_a_member).ref == of_a_member
        db.session.rollback()

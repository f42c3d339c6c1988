"""Somebody can always give roles: the last administrator stays, also when two act at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from gallery.auth.models import Member, RoleName
from gallery.core.db import db
from gallery.trust import decisions
from tests import factories
from tests.auth.doors import mailbox

WHY = "Three bids were not paid"


def admins() -> set[int]:
    db.session.rollback()
    everybody = db.session.query(Member).filter_by(active=True).all()
    return {one.id for one in everybody if RoleName.ADMIN in {role.name for role in one.roles}}


def test_the_last_administrator_stays_one(app: Flask) -> None:
    eve, ada = factories.member("eve", roles=["admin"]), factories.member("ada", roles=["admin"])
    decisions.revoke(ada.id, RoleName.ADMIN, by_id=eve.id)
    with pytest.raises(decisions.LastAdmin):
        decisions.revoke(eve.id, RoleName.ADMIN, by_id=ada.id)
    with pytest.raises(decisions.LastAdmin):
        decisions.close(eve.id, WHY, by_id=ada.id)
    assert admins() == {eve.id}
    assert mailbox("eve@example.org") == []


def test_an_administrator_whose_account_is_closed_does_not_count(app: Flask) -> None:
    eve = factories.member("eve", roles=["admin"])
    factories.member("ada", roles=["admin"], active=False)
    with pytest.raises(decisions.LastAdmin):
        decisions.revoke(eve.id, RoleName.ADMIN, by_id=eve.id)
    assert admins() == {eve.id}


@pytest.mark.database
@pytest.mark.parametrize("kind", ["revoke", "close"])
def test_two_administrators_cannot_remove_each_other(app: Flask, kind: str) -> None:
    """15.4.2: both look at the same moment, and each still sees the other."""
    eve, ada = factories.member("eve", roles=["admin"]).id, factories.member("ada", roles=["admin"]).id
    acts: dict[str, Callable[[int, int], None]] = {
        "revoke": lambda who, by: decisions.revoke(who, RoleName.ADMIN, by_id=by),
        "close": lambda who, by: decisions.close(who, WHY, by_id=by),
    }
    ready, refused = threading.Barrier(2), []

    def remove(who: int, by: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                acts[kind](who, by)
            except decisions.LastAdmin:
                refused.append(who)

    db.session.rollback()
    both = [threading.Thread(target=remove, args=pair) for pair in ((eve, ada), (ada, eve))]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)
    assert len(refused) == 1
    assert admins() == set(refused)

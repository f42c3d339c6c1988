"""What staff do to an account at the desk: who may, that it is audited and told, and that nonsense changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.auth import queries as accounts
from gallery.auth.sessions.models import DeviceSession
from gallery.core.audit import AuditEntry
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.trust.models import Block, SpendingLimit, StaffNote
from gallery.trust.queries import gate
from gallery.trust.rules import Act, may_do
from tests import factories
from tests.auth.doors import mailbox
from tests.inspection import InspectingClient
from tests.trust.desk_door import act, look, staff

WHY = "Three bids were not paid"
SUBJECTS = {
    "blocks": {"block-reason": WHY, "block-days": "30"},
    "limit": {"limit-amount": "1 500,50", "limit-currency": "EUR", "limit-reason": WHY},
    "closure": {"close-reason": WHY},
    "reopening": {},
    "blocks/removal": {},
    "sessions/removal": {},
    "second-factor/removal": {},
    "notes": {"note-words": "Rang at noon"},
    "roles": {"grant-role": "seller"},
    "roles/removal": {"revoke-role": "seller"},
}
WRONG_REASONS = ["", " ", "no", "\x00" * 9, "\u202e\u202e\u202e\u202e\u202e\u202e", "x" * 501]


def audited(about: int) -> list[tuple[str, int | None]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(AuditEntry).where(AuditEntry.subject == f"member:{about}"))
    return [(row.action, row.actor_id) for row in rows.scalars()]


def roles_of(member_id: int) -> set[str]:
    db.session.rollback()
    member = accounts.member(member_id)
    assert member is not None
    db.session.refresh(member)
    return {role.name for role in member.roles}


@pytest.mark.parametrize("what", list(SUBJECTS))
def test_without_a_look_nothing_is_done(app: Flask, client: InspectingClient, what: str) -> None:
    ana = factories.member("ana", roles=["seller"])
    staff(client, "admin")
    answer = act(client, ana.id, what, **SUBJECTS[what])
    assert (answer.status_code, answer.location) == (303, f"/admin/members/{ana.id}")
    assert audited(ana.id) == []


@pytest.mark.parametrize("what", list(SUBJECTS))
def test_nobody_acts_on_himself(app: Flask, client: InspectingClient, what: str) -> None:
    ada = staff(client, "admin", "ada")
    factories.member("eve", roles=["admin"])
    assert act(client, ada.id, what, **SUBJECTS[what]).status_code == 403
    assert audited(ada.id) == []
    assert roles_of(ada.id) == {"admin"}


@pytest.mark.parametrize("what", [one for one in SUBJECTS if one != "notes"])
@pytest.mark.parametrize("role", ["support", "fraud"])
def test_only_administrators_act_on_staff(app: Flask, client: InspectingClient, role: str, what: str) -> None:
    """Else who takes a session or a factor away could take over an account with more rights than his own."""
    eve = factories.member("eve", roles=["admin", "seller"])
    staff(client, role)
    look(client, eve.id)
    assert act(client, eve.id, what, **SUBJECTS[what]).status_code == 403
    assert audited(eve.id) == []


MAY = {
    Act.ROLES: {"admin"},
    Act.NOTE: {"support", "fraud", "admin"},
    Act.RESTRICT: {"fraud", "admin"},
    Act.CLOSE: {"fraud", "admin"},
    Act.END_SESSIONS: {"support", "fraud", "admin"},
    Act.RECOVER: {"support", "admin"},
}


@pytest.mark.parametrize("one", list(Act))
def test_each_role_does_its_own_work(one: Act) -> None:
    everybody = ("seller", "editor", "expert", "support", "fraud", "admin")
    assert {role for role in everybody if may_do(one, {role}, ())} == MAY[one]
    on_staff = {role for role in everybody if may_do(one, {role}, ("expert",))}
    assert on_staff == (MAY[one] if one is Act.NOTE else {"admin"})


def test_a_block_keeps_from_bidding_and_its_reason_is_told(app: Flask, client: InspectingClient) -> None:
    frozen = app.extensions["clock"] = FrozenClock(factories.NOON)
    ana, fay = factories.member("ana"), staff(client, "fraud", "fay")
    look(client, ana.id)
    assert act(client, ana.id, "blocks", **SUBJECTS["blocks"]).status_code == 303
    sale = factories.sale()
    assert gate(ana.id, sale, None, frozen.now()).blocked_reason == WHY
    assert gate(ana.id, sale, None, frozen.now() + timedelta(days=30)).blocked_reason is None
    assert ("member.blocked", fay.id) in audited(ana.id)
    (mail,) = mailbox("ana@example.org")
    for told in (WHY, "23 Dec 2026", "answer this mail"):
        assert told in mail.text, told
    assert WHY in client.get(f"/admin/members/{ana.id}").text
    frozen.tick(minutes=1)
    act(client, ana.id, "blocks/removal")
    assert gate(ana.id, sale, None, frozen.now()).blocked_reason is None
    assert mailbox("ana@example.org")[-1].subject == "You can bid again"


def test_lifting_no_block_writes_to_nobody(app: Flask, client: InspectingClient) -> None:
    ana = factories.member("ana")
    staff(client, "fraud")
    look(client, ana.id)
    assert act(client, ana.id, "blocks/removal").status_code == 303
    assert mailbox("ana@example.org") == []


@pytest.mark.parametrize(
    "wrong",
    [{"block-reason": one} for one in WRONG_REASONS]
    + [{"block-days": one} for one in ("0", "-1", "1e3", "１２", "NaN", "36501", "30 days", "1.5", "9" * 40)],
)
def test_a_block_that_makes_no_sense_is_refused(app: Flask, client: InspectingClient, wrong: dict[str, str]) -> None:
    ana = factories.member("ana")
    staff(client, "fraud")
    look(client, ana.id)
    answer = act(client, ana.id, "blocks", **SUBJECTS["blocks"] | wrong)
    assert answer.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in answer.text
    kept = "block-days" if "block-reason" in wrong else "block-reason"
    assert SUBJECTS["blocks"][kept] in answer.text
    assert db.session.execute(sa.select(Block)).first() is None


def test_a_limit_is_set_in_its_currency_and_told(app: Flask, client: InspectingClient) -> None:
    ana, fay = factories.member("ana"), staff(client, "fraud", "fay")
    look(client, ana.id)
    assert act(client, ana.id, "limit", **SUBJECTS["limit"]).status_code == 303
    stored = db.session.execute(sa.select(SpendingLimit)).scalar_one()
    assert (stored.limit_minor, stored.currency, stored.reason) == (1500_50, "EUR", WHY)
    assert f"({WHY})" in client.get(f"/admin/members/{ana.id}").text
    (mail,) = mailbox("ana@example.org")
    assert "€1,500.50" in mail.text
    assert WHY in mail.text
    assert ("member.limited", fay.id) in audited(ana.id)
    act(client, ana.id, "limit", **SUBJECTS["limit"] | {"limit-amount": "0"})
    assert "no longer a spending limit" in mailbox("ana@example.org")[-1].text


@pytest.mark.parametrize(
    "wrong",
    [{"limit-reason": one} for one in WRONG_REASONS]
    + [{"limit-amount": one} for one in ("", "-5", "1e9", "NaN", "１００", "1.2345", "9" * 30, "5 XOF", "=1+1")]
    + [{"limit-currency": one} for one in ("", "GBP", "eur", "EUR ")],
)
def test_a_limit_that_makes_no_sense_is_refused(app: Flask, client: InspectingClient, wrong: dict[str, str]) -> None:
    ana = factories.member("ana")
    staff(client, "fraud")
    look(client, ana.id)
    answer = act(client, ana.id, "limit", **SUBJECTS["limit"] | wrong)
    assert answer.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in answer.text
    assert db.session.execute(sa.select(SpendingLimit)).first() is None


def test_a_closed_account_is_shut_at_once_and_told_why(app: Flask, client: InspectingClient) -> None:
    ana, fay = factories.member("ana"), staff(client, "fraud", "fay")
    hers = app.test_client()
    factories.sign_in(hers, ana)
    assert hers.get("/account/looks").status_code == 200
    look(client, ana.id)
    assert act(client, ana.id, "closure", **SUBJECTS["closure"]).status_code == 303
    assert hers.get("/account/looks").location.startswith("/auth/login")
    assert WHY in mailbox("ana@example.org")[-1].text
    assert ("member.deactivated", fay.id) in audited(ana.id)
    act(client, ana.id, "reopening")
    assert mailbox("ana@example.org")[-1].subject == "Your account is open again"
    assert hers.get("/account/looks").location.startswith("/auth/login"), "an old session stays ended"


@pytest.mark.parametrize("reason", WRONG_REASONS)
def test_no_account_is_closed_without_a_reason(app: Flask, client: InspectingClient, reason: str) -> None:
    ana = factories.member("ana")
    staff(client, "fraud")
    look(client, ana.id)
    answer = act(client, ana.id, "closure", **{"close-reason": reason})
    assert answer.status_code == 422
    assert 'id="close-reason-error"' in answer.text
    assert audited(ana.id) == []


def test_all_sessions_end_and_the_member_is_told(app: Flask, client: InspectingClient) -> None:
    ana, sue = factories.member("ana"), staff(client)
    browsers = [app.test_client() for _one in range(3)]
    for one in browsers:
        factories.sign_in(one, ana)
    look(client, ana.id)
    assert act(client, ana.id, "sessions/removal").status_code == 303
    assert [one.get("/account/looks").status_code for one in browsers] == [302] * 3
    left = db.session.execute(sa.select(DeviceSession.member_id)).scalars().all()
    assert left == [sue.id], "the one who acted stays"
    assert ("session.all_ended", sue.id) in audited(ana.id)
    assert mailbox("ana@example.org")[-1].subject == "You were signed out everywhere"


def test_a_note_is_kept_encrypted_and_escaped(app: Flask, client: InspectingClient) -> None:
    ana, sue = factories.member("ana"), staff(client)
    look(client, ana.id)
    act(client, ana.id, "notes", **{"note-words": "Rang at noon\n<script>alert(1)</script>"})
    page = client.get(f"/admin/members/{ana.id}").text
    assert "Rang at noon\n&lt;script&gt;" in page
    stored = db.session.execute(sa.text("SELECT words FROM staff_note")).scalar_one()
    assert "noon" not in stored
    assert ("member.noted", sue.id) in audited(ana.id)
    other = app.test_client()
    staff(other, "admin", "ada")
    assert "Rang at noon" not in other.get(f"/admin/members/{ana.id}").text, "not before that one said why"


@pytest.mark.parametrize("words", ["", "abc", "\x00" * 9, "x" * 2001])
def test_an_empty_note_is_refused(app: Flask, client: InspectingClient, words: str) -> None:
    ana = factories.member("ana")
    staff(client)
    look(client, ana.id)
    answer = act(client, ana.id, "notes", **{"note-words": words})
    assert answer.status_code == 422
    assert 'id="note-words-error"' in answer.text
    assert db.session.execute(sa.select(StaffNote)).first() is None


def test_a_role_is_given_and_taken_and_counts_from_the_next_request_on(app: Flask, client: InspectingClient) -> None:
    """8.3.2, with the session that was open all the while."""
    ana, ada = factories.member("ana"), staff(client, "admin", "ada")
    hers = app.test_client()
    factories.sign_in(hers, ana)
    assert hers.get("/admin/members/").status_code == 403
    look(client, ana.id)
    assert act(client, ana.id, "roles", **{"grant-role": "support"}).status_code == 303
    assert hers.get("/admin/members/").status_code == 200
    assert act(client, ana.id, "roles/removal", **{"revoke-role": "support"}).status_code == 303
    assert hers.get("/admin/members/").status_code == 403
    assert [one for one in audited(ana.id) if "role" in one[0]] == [
        ("member.role_granted", ada.id),
        ("member.role_revoked", ada.id),
    ]


@pytest.mark.parametrize("role", ["", "owner", "ADMIN", "seller ", "seller", "1"])
def test_only_a_role_that_is_not_there_yet_is_given(app: Flask, client: InspectingClient, role: str) -> None:
    sol = factories.member("sol", roles=["seller"])
    staff(client, "admin")
    look(client, sol.id)
    answer = act(client, sol.id, "roles", **{"grant-role": role})
    assert answer.status_code == 422
    assert 'id="grant-role-error"' in answer.text
    assert roles_of(sol.id) == {"seller"}

"""A lost second factor: taken away by staff who have just shown who they are, and told to the member (6.3.7, 7.5.1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.auth.factors.models import Authenticator, RecoveryCode
from gallery.auth.federated.models import Identity
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.auth.sessions.models import DeviceSession
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import mailbox
from tests.inspection import InspectingClient
from tests.trust.desk_door import act, look, staff

SECRETS = ("JBSWY3DPEHPK3PXP", "c0de-digest", "subject-4711")


@pytest.fixture
def ana(app: Flask) -> Member:
    """Somebody with everything by which one can sign in."""
    made, now = factories.member("ana"), clock.now()
    with transaction() as session:
        session.add_all(
            [
                Authenticator(member_id=made.id, secret=SECRETS[0], proved_at=now, last_counter=-1),
                RecoveryCode(member_id=made.id, code_digest=SECRETS[1], made_at=now),
                Passkey(
                    member_id=made.id,
                    credential_id=b"x",
                    public_key=b"y",
                    sign_count=0,
                    name="Kitchen tablet",
                    is_synced=False,
                    added_at=now,
                ),
                Identity(
                    member_id=made.id,
                    provider="google",
                    issuer="https://accounts.google.com",
                    subject=SECRETS[2],
                    linked_at=now,
                ),
            ]
        )
    return made


def left(member_id: int) -> int:
    db.session.rollback()
    tables = (Authenticator, RecoveryCode, Passkey, DeviceSession)
    counts = (sa.select(sa.func.count()).select_from(one).where(one.member_id == member_id) for one in tables)
    return sum(db.session.execute(one).scalar_one() for one in counts)


def test_staff_see_how_a_member_signs_in_and_no_secret(app: Flask, client: InspectingClient, ana: Member) -> None:
    factories.session_key(ana)
    staff(client)
    look(client, ana.id)
    page = client.get(f"/admin/members/{ana.id}?lang=en").text
    for term, figure in (("Recovery codes left", "1"), ("Passkeys", "1"), ("Sessions", "1"), ("Second step", "yes")):
        assert f"<dt>{term}</dt><dd>{figure}</dd>" in page, term
    assert "<dd>Google</dd>" in page
    for hidden in (*SECRETS, "Kitchen tablet"):
        assert hidden not in page


def test_all_factors_and_sessions_go_and_the_member_is_told(app: Flask, client: InspectingClient, ana: Member) -> None:
    factories.session_key(ana)
    sue = staff(client)
    look(client, ana.id, "account_recovery", "Showed her passport at the desk")
    assert act(client, ana.id, "second-factor/removal").status_code == 303
    assert left(ana.id) == 0
    entry = db.session.execute(sa.select(AuditEntry).where(AuditEntry.action == "factor.all_removed")).scalar_one()
    assert (entry.subject, entry.actor_id) == (f"member:{ana.id}", sue.id)
    assert mailbox("ana@example.org")


def test_fraud_prevention_takes_no_factor_away(app: Flask, client: InspectingClient, ana: Member) -> None:
    staff(client, "fraud")
    look(client, ana.id)
    assert "second-factor/removal" not in client.get(f"/admin/members/{ana.id}").text
    assert act(client, ana.id, "second-factor/removal").status_code == 403
    assert left(ana.id) == 3


@pytest.mark.parametrize(
    ("role", "what", "fields"),
    [
        ("support", "second-factor/removal", {}),
        ("admin", "roles", {"grant-role": "admin"}),
        ("admin", "roles/removal", {"revoke-role": "seller"}),
    ],
)
def test_who_has_not_shown_lately_who_he_is_changes_nobodys_rights(
    app: Flask, client: InspectingClient, ana: Member, role: str, what: str, fields: dict[str, str]
) -> None:
    sue = factories.member("sue", roles=[role])
    factories.sign_in(client, sue, proved=False)
    look(client, ana.id)
    answer = act(client, ana.id, what, **fields)
    assert "/auth/prove" in (answer.location or answer.text)
    assert left(ana.id) == 3
    actions = db.session.execute(sa.select(AuditEntry.action)).scalars().all()
    assert not [one for one in actions if "role" in one or "factor" in one]

"""What the people of the access matrix own, and what else its addresses name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from pathlib import Path

from flask import current_app
from sqlalchemy.orm import Session

from gallery.account.models import BankAccount, Company
from gallery.auth import services as accounts
from gallery.auth import tokens
from gallery.auth.address import services as address_change
from gallery.auth.address.models import AddressChange
from gallery.auth.factors.models import Authenticator
from gallery.auth.federated import deletions
from gallery.auth.federated.models import Identity
from gallery.auth.models import Member
from gallery.auth.passkeys.models import Passkey
from gallery.auth.sessions.models import DeviceSession
from gallery.auth.tokens import Aim
from gallery.consents import queries as consent_queries
from gallery.consents import services as consent_services
from gallery.consents import texts as consent_texts
from gallery.consents.rules import Mechanism, Purpose
from gallery.content.pages import queries
from gallery.content.pages.rules import Kind
from gallery.content.policies import publishing
from gallery.content.policies.rules import Kind as Policy
from gallery.core import clock, outbox
from gallery.core.crypto import blind_index
from gallery.core.db import db, transaction
from gallery.core.personal import Category
from gallery.lots.models import Artist, Lot, Sale
from gallery.privacy.breaches import services as breaches
from gallery.privacy.breaches.rules import Kind as BreachKind
from gallery.privacy.disclosures import services as disclosures
from gallery.privacy.disclosures.rules import Ground as Because
from gallery.privacy.erasure import services as erasure
from gallery.privacy.erasure.models import Notification
from gallery.privacy.public import services as public
from gallery.privacy.requests import rules as request_rules
from gallery.privacy.requests import services as requests
from gallery.trust import looks
from gallery.trust.rules import DESK, Reason
from tests import factories, scene

APP_SECRET = "of-the-matrix"
FACEBOOK = {"GALLERY_FACEBOOK_APP_ID": "4711", "GALLERY_FACEBOOK_APP_SECRET": APP_SECRET}


def things(people: dict[str, Member]) -> dict[str, str]:
    """Furnish the rooms; the words for `{…}` in the matrix."""
    there = scene.furnish()
    lot = db.session.get_one(Lot, there.open)
    sale, artist = db.session.get_one(Sale, lot.sale_id), db.session.get_one(Artist, lot.artist_id)
    for role in DESK:
        looks.begin(people["target"].id, people[role].id, {role}, Reason.DISPUTE, "About a lot", now=clock.now())
    owns(people["other"])
    words = publishing.Texts("## Who {#who}\n\nWe", "## Qui {#who}\n\nNous", "More", "Plus")
    publishing.save_draft(Policy.LEGAL, words, 0, by_id=people["editor"].id, now=clock.now())
    with transaction() as session:
        session.add(authenticator(people["unstepped"]))
    return {
        "lot": str(there.open),
        "bid": "1",
        "sale": sale.slug,
        "artist": artist.slug,
        **written(),
        "picture": min(Path(current_app.extensions["settings"].data_dir).rglob("pictures/**/*.jpg")).name,
        "asset": str(current_app.jinja_env.globals["asset"]("css/pages.css")),  # type: ignore[operator]
        "letter": min(Path(current_app.config["MAIL_FILE_PATH"]).glob("*.eml")).stem,
        "parked": str(outbox.dead_letters()[0].id),
        **owns(people["owner"]),
        "receipt": chosen_by(people["owner"]),
        **links(people["owner"]),
        "deletion": deletions.carry_out(deletions.Wish("999", clock.now()), clock.now()),
        **leaves(),
        "request": objects(),
        "asked": public.ask(request_rules.Kind.ACCESS, "awa@example.org", "", "fr", now=clock.now()),
        "breach": str(breached()),
        "disclosure": str(given_away(people["owner"])),
        "own_request": asks(people["owner"]),
        "signed": signed({"algorithm": "HMAC-SHA256", "user_id": "999"}),
    }


def chosen_by(member: Member) -> str:
    """The reference of the receipt of something that a member chose."""
    subject = consent_queries.Subject(member_id=member.id)
    text = consent_texts.text(Purpose.AUDIENCE, "fr")
    consent_services.record(subject, {Purpose.AUDIENCE: False}, text=text, mechanism=Mechanism.PAGE, now=clock.now())
    return str(consent_queries.receipts_of(member.id)[0].ref)


def leaves() -> dict[str, str]:
    """Somebody has himself erased, and a recipient has to be told of it by hand."""
    asked = erasure.begin(factories.member("gone").id, now=clock.now())
    with transaction() as session:
        notice = Notification(act=f"erasure:{asked.id}", recipient="mail_provider", by_hand=True, asked_at=clock.now())
        session.add(notice)
        session.flush()
        return {"erasure": asked.ref, "recipient": str(notice.id)}


def objects() -> str:
    """The reference of an objection that came by mail."""
    kind, channel = request_rules.Kind.OBJECTION, request_rules.Channel.EMAIL
    return requests.open_request(kind, channel, email="otto@example.org", language="fr", now=clock.now())


def breached() -> int:
    """Something went wrong, and its list of members is still empty."""
    known = breaches.Facts("A laptop was stolen", clock.now(), [BreachKind.CONFIDENTIALITY])
    return breaches.open_breach(known, by_id=None, now=clock.now())


def given_away(member: Member) -> int:
    """A court had data of a member."""
    given = disclosures.Given("A court", Because.ORDER, [Category.BIDDING], clock.now(), member.id)
    return disclosures.note(given, by_id=None)


def asks(member: Member) -> str:
    """The reference of something that a member asked for in his account."""
    kind, channel = request_rules.Kind.COMPLAINT, request_rules.Channel.ACCOUNT
    return requests.open_request(kind, channel, member_id=member.id, language="fr", now=clock.now())


def owns(member: Member) -> dict[str, str]:
    """Give a member one of each thing that has an owner; their numbers."""
    factories.session_key(member)
    now = clock.now()
    with transaction() as session:
        session.add(authenticator(member))
        passkey = Passkey(
            member_id=member.id,
            credential_id=secrets.token_bytes(16),
            public_key=secrets.token_bytes(32),
            sign_count=0,
            name="Phone",
            is_synced=False,
            added_at=now,
        )
        identity = Identity(
            member_id=member.id,
            provider="facebook",
            issuer="https://www.facebook.com",
            subject=str(member.id),
            linked_at=now,
        )
        session.add_all([passkey, identity])
        session.flush()
        company = sells(session, member)
        first = session.query(DeviceSession.id).filter_by(member_id=member.id).order_by(DeviceSession.id).first()
        assert first is not None
        return {
            "session": str(first[0]),
            "passkey": str(passkey.id),
            "identity": str(identity.id),
            "company": company.ref,
        }


def written() -> dict[str, str]:
    """What scene.furnish had the editors write."""
    found = queries.content_called(Kind.PAGE, "about")
    assert found is not None
    return {"page": "about", "topic": "bidding", "content": str(found.id)}


def authenticator(member: Member) -> Authenticator:
    return Authenticator(member_id=member.id, secret="JBSWY3DPEHPK3PXP", proved_at=clock.now(), last_counter=-1)


def sells(session: Session, member: Member) -> Company:
    """A company, and an account to pay out to."""
    now = clock.now()
    company = Company(
        member_id=member.id,
        ref=secrets.token_urlsafe(12),
        name=f"{member.email} and Sons",
        country="SN",
        register_kind="ninea",
        register_number=f"00511692{member.id:02}",
        street="Rue 10",
        city="Dakar",
        phone="+221338643007",
        email="shop@example.org",
        certified_at=now,
        updated_at=now,
    )
    bank = BankAccount(
        member_id=member.id,
        kind="iban",
        holder="A trader",
        number="FR7630006000011234567890189",
        number_index=blind_index("bank_account.number", "FR7630006000011234567890189"),
        country="FR",
        updated_at=now,
    )
    session.add_all([company, bank])
    return company


def links(owner: Member) -> dict[str, str]:
    """What stands in mails: good for whoever has them, signed in or not."""
    now, fresh = clock.now(), factories.member("fresh", confirmed=False)
    address_change.ask(owner.id, "elsewhere@example.org", "en", now=now)
    seal = db.session.query(AddressChange.seal).filter_by(member_id=owner.id).scalar()
    aims = {"old": Aim.ADDRESS_OLD, "new": Aim.ADDRESS_NEW, "stop": Aim.ADDRESS_STOP}
    return {
        "confirmation": tokens.make(Aim.CONFIRM, fresh.id, accounts.state(Aim.CONFIRM, fresh), now),
        "reset": tokens.make(Aim.RESET, owner.id, accounts.state(Aim.RESET, owner), now),
        **{f"{name}_link": str(address_change.link(aim, owner, seal, now)) for name, aim in aims.items()},
    }


def signed(wish: dict[str, str]) -> str:
    """What Facebook sends, signed with the secret of our app."""
    payload = base64.urlsafe_b64encode(json.dumps(wish).encode()).rstrip(b"=")
    signature = hmac.new(APP_SECRET.encode(), payload, hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}.{payload.decode()}"

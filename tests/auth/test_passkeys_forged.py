"""What a passkey's answer must not be, case by case: refused in one sentence, whatever is wrong (6.3.4, 6.3.8)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from webauthn.helpers import bytes_to_base64url

from gallery.auth.models import Member
from gallery.auth.passkeys import queries as passkey_queries
from gallery.auth.passkeys import rules as passkey_rules
from gallery.auth.passkeys import services as passkey_services
from gallery.auth.passkeys.models import Challenge, Passkey
from gallery.auth.passkeys.rules import Aim
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from tests import factories
from tests.auth.doors import is_signed_in
from tests.auth.passkey_doors import (
    NEW,
    NEW_OPTIONS,
    PROVE_OPTIONS,
    SHELF,
    SIGN_IN,
    SIGN_IN_OPTIONS,
    add,
    options,
    send,
    sign_in,
    with_passkey,
)
from tests.auth.soft_key import IS_SYNCED, MAY_BE_SYNCED, PRESENT, VERIFIED, Options, SoftKey

Lie = Callable[[SoftKey, Options], str]
REFUSAL = "This passkey was not taken. Try once more, or go on without it."

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def ana(app: Flask) -> Member:
    return factories.member("ana")


@pytest.fixture
def key(client: FlaskClient, ana: Member) -> SoftKey:
    """Ana's passkey, about to be used for the sixth time; the browser has forgotten her."""
    made = with_passkey(client, ana, SoftKey(count=5))
    client.delete_cookie("session")
    made.count = 6
    return made


def refused(client: FlaskClient, credential: str) -> None:
    """The one refusal there is: status, way and words."""
    answer = send(client, SIGN_IN, credential, next="/lots/")
    assert answer.status_code == 303
    assert answer.location == "/auth/login?next=/lots/"
    assert REFUSAL in client.get(answer.location).text
    assert not is_signed_in(client)


def with_set(name: str, value: object) -> Lie:
    """A lie about one thing that the key says of the world."""

    def lie(key: SoftKey, told: Options) -> str:
        setattr(key, name, value)
        return key.get(told)

    return lie


def changed(credential: str, **response: object) -> str:
    said = json.loads(credential)
    said["response"] |= response
    return json.dumps(said)


def other_keys_signature(key: SoftKey, told: Options) -> str:
    stranger = SoftKey(credential_id=key.credential_id, handle=key.handle, count=key.count)
    return stranger.get(told)


LIES: dict[str, Lie] = {
    "another origin": with_set("origin", "https://localhost.example"),
    "an origin of another port": with_set("origin", "http://localhost:8001"),
    "https instead of http": with_set("origin", "https://localhost:8000"),
    "an origin that only begins like ours": with_set("origin", "http://localhost:8000.example"),
    "a key for another name": with_set("rp_id", "example.org"),
    "in a frame of another site": with_set("cross_origin", True),
    "nobody was there": with_set("flags", VERIFIED),
    "the owner was not verified": with_set("flags", PRESENT),
    "synced though it cannot be": with_set("flags", PRESENT | VERIFIED | IS_SYNCED),
    "an unknown passkey": with_set("credential_id", b"unknown"),
    "counts backwards": with_set("count", 3),
    "counts the same again": with_set("count", 5),
    "counts no more": with_set("count", 0),
    "a challenge of its own": lambda key, told: key.get(told, challenge=bytes_to_base64url(bytes(32))),
    "no challenge": lambda key, told: key.get(told, challenge=""),
    "made, not shown": lambda key, told: key.get(told, type="webauthn.create"),
    "signed by another key": other_keys_signature,
    "signed by nobody": lambda key, told: key.get(told, signature=b"\x30\x06\x02\x01\x01\x02\x01\x01"),
    "a signature that is none": lambda key, told: key.get(told, signature=b"no"),
    "the handle of another": lambda key, told: key.get(told, user_handle=passkey_rules.handle(999)),
    "no handle": lambda key, told: key.get(told, user_handle=b""),
    "two names for one key": lambda key, told: json.dumps(json.loads(key.get(told)) | {"rawId": "AAAA"}),
    "no key but a password": lambda key, told: json.dumps(json.loads(key.get(told)) | {"type": "password"}),
    "the signature is missing": lambda key, told: changed(key.get(told), signature=None),
    "the data are cut off": lambda key, told: changed(key.get(told), authenticatorData="AAAA"),
    "the data are too long": lambda key, told: changed(key.get(told), authenticatorData="A" * 400),
    "the client's data are no JSON": lambda key, told: changed(key.get(told), clientDataJSON="AAAA"),
    "the client's data are a list": lambda key, told: changed(key.get(told), clientDataJSON="W10"),
    "the client's data are not UTF-8": lambda key, told: changed(key.get(told), clientDataJSON="_____w"),
    "not base64": lambda key, told: changed(key.get(told), signature="ü"),
    "numbers for texts": lambda key, told: changed(key.get(told), signature=1, userHandle=2),
    "nothing": lambda _key, _told: "",
    "no JSON": lambda _key, _told: "{",
    "a list": lambda _key, _told: "[]",
    "null": lambda _key, _told: "null",
    "JSON without bottom": lambda _key, _told: "[" * 30_000,
    "a novel": lambda key, told: key.get(told) + " " * passkey_rules.LONGEST_ANSWER,
    "half a letter": lambda _key, _told: '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {}}',
    "a formula": lambda _key, _told: "=1+1",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_false_answer_opens_nothing(client: FlaskClient, key: SoftKey, lie: Lie) -> None:
    refused(client, lie(key, options(client, SIGN_IN_OPTIONS)))
    db.session.rollback()
    assert db.session.execute(sa.select(Passkey.sign_count)).scalar() == 5


def test_a_true_answer_opens_the_account_so_the_refusals_mean_something(client: FlaskClient, key: SoftKey) -> None:
    assert sign_in(client, key, next="/lots/").location == "/lots/"
    assert is_signed_in(client)


def test_an_answer_is_taken_once_also_from_a_copy_of_the_cookie(client: FlaskClient, key: SoftKey) -> None:
    told = options(client, SIGN_IN_OPTIONS)
    copied = client.get_cookie("session")
    assert copied is not None
    answer = key.get(told)
    assert send(client, SIGN_IN, answer).location == "/account/"
    client.set_cookie("session", copied.value)
    refused(client, key.get(told))


def test_a_wrong_answer_uses_the_challenge_up(client: FlaskClient, key: SoftKey) -> None:
    told = options(client, SIGN_IN_OPTIONS)
    copied = client.get_cookie("session")
    assert copied is not None
    refused(client, key.get(told, signature=b"no"))
    client.set_cookie("session", copied.value)
    refused(client, key.get(told))


def test_a_challenge_of_another_browser_is_not_answered_here(app: Flask, client: FlaskClient, key: SoftKey) -> None:
    told = options(app.test_client(), SIGN_IN_OPTIONS)
    refused(client, key.get(told))
    options(client, SIGN_IN_OPTIONS)
    refused(client, key.get(told))


def test_a_challenge_of_another_aim_is_none(client: FlaskClient, ana: Member, key: SoftKey) -> None:
    factories.sign_in(client, ana)
    told = options(client, PROVE_OPTIONS)
    with client.session_transaction() as session:
        session.pop("_user_id")
    refused(client, key.get(told))


@pytest.mark.parametrize("minutes", [5, 60])
def test_a_challenge_is_too_old_after_five_minutes(client: FlaskClient, key: SoftKey, minutes: int) -> None:
    told = options(client, SIGN_IN_OPTIONS)
    with transaction() as session:
        session.execute(sa.update(Challenge).values(made_at=clock.now() - timedelta(minutes=minutes)))
    refused(client, key.get(told))


def test_a_removed_passkey_and_a_closed_account_are_refused_like_an_unknown_one(
    client: FlaskClient, ana: Member, key: SoftKey
) -> None:
    with transaction() as session:
        session.get_one(Member, ana.id).active = False
    refused(client, key.get(options(client, SIGN_IN_OPTIONS)))
    with transaction() as session:
        session.get_one(Member, ana.id).active = True
    passkey_services.remove(ana.id, passkey_queries.passkeys(ana.id)[0].id, now=clock.now())
    refused(client, key.get(options(client, SIGN_IN_OPTIONS)))


def test_a_counter_that_goes_backwards_under_a_true_signature_is_noted(client: FlaskClient, key: SoftKey) -> None:
    """It may be a copy of the key; a stranger's guess is no news."""
    key.count = 3
    told = options(client, SIGN_IN_OPTIONS)
    refused(client, key.get(told))
    refused(client, other_keys_signature(key, options(client, SIGN_IN_OPTIONS)))
    noted = sa.select(sa.func.count()).where(AuditEntry.action == "passkey.counted_backwards")
    assert db.session.execute(noted).scalar() == 1


NEW_LIES: dict[str, Lie] = {
    "another origin": lambda key, told: SoftKey(origin="https://evil.example").create(told),
    "a key for another name": lambda key, told: SoftKey(rp_id="evil.example").create(told),
    "in a frame of another site": lambda key, told: SoftKey(cross_origin=True).create(told),
    "nobody was there": lambda key, told: SoftKey(flags=0).create(told),
    "an algorithm that nobody asked for": lambda key, told: SoftKey(algorithm=-65535).create(told),
    "a name too long": lambda key, told: SoftKey(credential_id=b"x" * 1024).create(told),
    "no name": lambda key, told: SoftKey(credential_id=b"").create(told),
    "a challenge of its own": lambda key, told: SoftKey().create(told, challenge=bytes_to_base64url(bytes(32))),
    "shown, not made": lambda key, told: SoftKey().create(told, type="webauthn.get"),
    "a maker nobody knows": lambda key, told: SoftKey().create(told, fmt="home-made"),
    "a maker without a certificate": lambda key, told: SoftKey().create(told, fmt="packed"),
    "known already": lambda key, told: key.create(told),
    "no attestation": lambda key, told: changed(SoftKey().create(told), attestationObject=None),
    "no CBOR": lambda key, told: changed(SoftKey().create(told), attestationObject="AAAA"),
    "CBOR without bottom": lambda key, told: changed(
        SoftKey().create(told), attestationObject=base64.urlsafe_b64encode(b"\x81" * 20_000).decode()
    ),
    "odd transports": lambda key, told: changed(SoftKey().create(told), transports={"a": 1}, clientDataJSON=1),
    "an answer to sign in with": lambda key, told: key.get(told),
    "no JSON": lambda key, told: "{",
}


@pytest.mark.parametrize("lie", NEW_LIES.values(), ids=NEW_LIES.keys())
def test_a_false_new_passkey_is_not_kept(client: FlaskClient, ana: Member, key: SoftKey, lie: Lie) -> None:
    factories.sign_in(client, ana)
    answer = send(client, NEW, lie(key, options(client, NEW_OPTIONS)), name="the ring")
    assert answer.status_code == 422
    assert "This passkey was not taken" in answer.text
    assert 'value="the ring"' in answer.text
    assert len(passkey_queries.passkeys(ana.id)) == 1


def test_a_passkey_of_one_member_is_never_anothers(client: FlaskClient, ana: Member, key: SoftKey) -> None:
    ben = factories.member("ben")
    factories.sign_in(client, ben)
    assert add(client, key).status_code == 422
    assert passkey_queries.passkeys(ben.id) == []
    assert len(passkey_queries.passkeys(ana.id)) == 1


def test_a_challenge_of_one_member_is_not_answered_by_another(client: FlaskClient, ana: Member) -> None:
    """Also not when both use one browser."""
    factories.sign_in(client, ana)
    told = options(client, NEW_OPTIONS)
    ben = factories.member("ben")
    with client.session_transaction() as session:
        session["_user_id"] = factories.session_key(ben)
    assert send(client, NEW, SoftKey().create(told)).status_code == 422
    assert passkey_queries.passkeys(ben.id) == []


def test_a_new_passkey_needs_the_challenge_that_was_asked_for_it(client: FlaskClient, ana: Member) -> None:
    factories.sign_in(client, ana)
    made = SoftKey().create(options(client, NEW_OPTIONS))
    with transaction() as session:
        session.execute(sa.update(Challenge).values(aim=Aim.PROVE))
    assert send(client, NEW, made).status_code == 422
    assert client.get(SHELF).status_code == 200


def test_the_flags_of_a_synced_passkey_are_believed_when_they_fit(client: FlaskClient, ana: Member) -> None:
    key = with_passkey(client, ana, SoftKey(flags=PRESENT | VERIFIED | MAY_BE_SYNCED))
    assert not passkey_queries.passkeys(ana.id)[0].is_synced
    key.flags |= IS_SYNCED
    client.delete_cookie("session")
    sign_in(client, key)
    db.session.rollback()
    assert passkey_queries.passkeys(ana.id)[0].is_synced

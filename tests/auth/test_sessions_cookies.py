"""The cookies of a member: small, for this host only, and about nobody (3.3.1-3.3.5)."""

from __future__ import annotations

import json
import zlib
from http.cookies import SimpleCookie

import pytest
from itsdangerous import base64_decode

from gallery import create_app
from gallery.core.settings import Settings
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, token_of

ANA = "ana@example.org"


@pytest.mark.parametrize("remember", [{}, {"remember": "y"}])
def test_cookies_are_small_for_this_host_and_hold_nothing_about_the_person(
    environ: dict[str, str], remember: dict[str, str]
) -> None:
    """3.3.1-3.3.5: also after a visit that filled them with all that there is."""
    base_url = "https://gallery.example"
    app = create_app(Settings.from_environ(environ | {"GALLERY_BASE_URL": base_url}))
    with app.app_context():
        ana = factories.member("ana", roles=["support"])
        client = app.test_client()
        sent: list[str] = []
        for name in ("ben", "cem", "dia", "eva"):
            token = token_of(client.get("/auth/register", base_url=base_url).text)
            fields = {"csrf_token": token, "email": f"{name}@example.org", "password": OTHER_PASSWORD}
            answer = client.post("/auth/register", base_url=base_url, data=fields, headers={"Referer": base_url})
            sent += answer.headers.getlist("Set-Cookie")
        token = token_of(client.get("/auth/login", base_url=base_url).text)
        fields = {"csrf_token": token, "email": ANA, "password": factories.PASSWORD, **remember}
        answer = client.post("/auth/login", base_url=base_url, data=fields, headers={"Referer": base_url})
        assert answer.status_code == 303
        sent += answer.headers.getlist("Set-Cookie")
        email, number, uniquifier = ana.email, ana.id, ana.fs_uniquifier
    for one in sent:
        assert one.startswith(("__Host-", "lang="))  # Which of two languages, from whomever, does no harm.
        assert len(one) < 4096
        for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert attribute in one
        assert "Domain" not in one
    inside = what_it_holds(sent[-1] if "session=" in sent[-1] else sent[-2])
    assert set(inside) <= {"_user_id", "_fresh", "_permanent", "csrf_token", "registered"}
    assert email not in str(inside)
    assert uniquifier not in str(inside)
    assert str(number) not in (inside["_user_id"], inside.get("registered"))


def what_it_holds(header: str) -> dict[str, object]:
    jar: SimpleCookie = SimpleCookie(header)
    value = next(iter(jar.values())).value
    packed = value.startswith(".")
    raw = base64_decode(value.lstrip(".").split(".")[0])
    held: dict[str, object] = json.loads(zlib.decompress(raw) if packed else raw)
    return held

"""Secrets that are told apart are lived with for a day; then every place where they must not be is searched.

Log lines, addresses, mails, the plain bytes of the database, the table of tries (14.2.1, 16.2.5, 16.4.1; I7).
Second steps and bank accounts have canaries of their own beside their tests; here the whole house is walked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urlencode
from urllib.request import Request, urlopen

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from gallery import create_app
from gallery.auth import queries
from gallery.core import access, mail
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories
from tests.account.companies import send
from tests.account.people import save
from tests.auth.doors import fill_in, mailbox, register, sign_in, sign_out, token_of
from tests.auth.second_steps import SETTINGS
from tests.inspection import InspectingClient
from tests.services.house import LiveHouse
from tests.services.log import Lines

ANA = "ana@example.org"
HREF = re.compile(r'\shref="([^"]*)"')
TYPED = {
    "password": "quiet-cuckoo over seven marshes",
    "wrong password": "quiet-cuckoo over eight marshes",
    "weak password": "cuckoo-cuckoo",
    "new password": "lantern-cuckoo beside the tide",
    "code": "918273",
    "IBAN": "DE89370400440532013000",
    "wrong IBAN": "DE89370400440532013999",
    "phone": "776543210",
    "wrong phone": "7765432109999999",
    "birth date": "1987-03-14",
    "OAuth secret": "GOCSPX-cuckoo-7f3a9b2c",
}


@dataclass
class Day:
    """What was secret on that day, and what was to be seen of it."""

    app: Flask
    log: Lines
    secrets: dict[str, str] = field(default_factory=lambda: dict(TYPED))
    link_tokens: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    """Asked for, but for the links of mails; led to; linked to."""
    led_to: list[str] = field(default_factory=list)

    def note(self, response: Response) -> Response:
        """Note the addresses of a request and its answer."""
        self.led_to.append(unquote(response.location or ""))
        found = [request.full_path]
        if response.mimetype == "text/html" and not response.is_streamed:
            # What opens the member's own app with its secret is no address of ours, and goes nowhere else.
            found += [one for one in HREF.findall(response.get_data(as_text=True)) if not one.startswith("otpauth:")]
        self.addresses += map(unquote, found)
        return response


@pytest.fixture
def day(environ: dict[str, str], log: Lines) -> Iterator[Day]:
    """A day of Ana's, lived through."""
    google = {"GALLERY_GOOGLE_CLIENT_ID": "us", "GALLERY_GOOGLE_CLIENT_SECRET": TYPED["OAuth secret"]}
    app = create_app(Settings.from_environ(environ | google))
    app.test_client_class = InspectingClient
    lived = Day(app, log)
    app.after_request(lived.note)
    app.add_url_rule("/broken", "broken", access.public(broken), methods=["GET", "POST"])
    with app.app_context():
        comes_and_goes(lived, app.test_client())
        settles(lived, app.test_client())
        meets_errors(lived, app.test_client())
        yield lived
        db.session.remove()
        db.engine.dispose()


def broken() -> str:
    """A view that breaks, with a secret in the words of what it raises and in its variables."""
    secret = request.form.get("password", TYPED["password"])
    raise RuntimeError(f"the password is {secret}, the IBAN {TYPED['IBAN']}, and the code {TYPED['code']}")


def opened(day: Day, path: str) -> str:
    """The path of a mail's link, its token noted."""
    day.link_tokens += re.findall(r"/auth/\w+/([\w.~-]{20,})", path)
    return path


def keys_of(day: Day, client: FlaskClient, name: str) -> None:
    """Note the keys that a browser holds."""
    with client.session_transaction() as session:
        day.secrets[f"{name} session key"] = session["_user_id"]
    for place, cookie in enumerate(("session", "device")):
        held = client.get_cookie(cookie)
        assert held is not None
        day.secrets[f"{name} cookie {place}"] = held.value


def comes_and_goes(day: Day, client: FlaskClient) -> None:
    """Registering, signing in rightly and wrongly, a new password."""
    client.get("/?lang=en")
    register(client, ANA, TYPED["weak password"])
    register(client, ANA, TYPED["password"])
    sign_in(client, ANA, TYPED["wrong password"])
    fill_in(client, opened(day, mailbox(ANA)[-1].path))
    keys_of(day, client, "first")
    fill_in(client, "/auth/change", password=TYPED["wrong password"], new_password=TYPED["new password"])
    fill_in(client, "/auth/change", password=TYPED["password"], new_password=TYPED["weak password"])
    sign_out(client)
    for _ in range(11):
        sign_in(client, ANA, TYPED["wrong password"])
    fill_in(client, "/auth/reset", email=ANA)
    link = opened(day, mailbox(ANA)[-1].path)
    assert fill_in(client, link, password=TYPED["weak password"]).status_code == 422
    fill_in(client, link, password=TYPED["new password"])
    client.get(link)
    assert sign_in(client, ANA, TYPED["new password"]).status_code == 303
    keys_of(day, client, "second")


def settles(day: Day, client: FlaskClient) -> None:
    """Profile, second step and bank account, rightly and wrongly."""
    client.get("/?lang=en")
    ana = queries.member_by_email(ANA)
    assert ana is not None
    factories.sign_in(client, ana)
    for fields in (
        {"full_name": "Ana Diop"},
        {"street": "Villa 4", "city": "Dakar", "country": "SN", "landmark": "", "postal_code": ""},
        {"phone": TYPED["wrong phone"]},
        {"phone": TYPED["phone"]},
        {"born_on": TYPED["birth date"]},
    ):
        save(client, "address" if "street" in fields else next(iter(fields)), **fields)
    page = client.get(f"{SETTINGS}/app").text
    shown = re.search(r"<code>([A-Z2-7 ]{39})</code>", page)
    assert shown
    day.secrets["secret of the app"] = shown[1].replace(" ", "")
    fill_in(client, f"{SETTINGS}/app", code=TYPED["code"])
    for iban in (TYPED["wrong IBAN"], TYPED["IBAN"]):
        send(client, "/account/bank/iban", holder="Ana Diop", iban=iban)
    token = token_of(client.get("/auth/prove").text)
    client.post("/auth/prove", data={"csrf_token": token, "by": "password", "password": TYPED["wrong password"]})


def meets_errors(day: Day, client: FlaskClient) -> None:
    """Forms without a token, views that break, a provider that is away, secrets where they don't belong."""
    day.app.config["TESTING"] = False
    day.app.testing = False
    client.get("/?lang=en")
    secrets = {"email": ANA, "password": TYPED["password"], "code": TYPED["code"], "iban": TYPED["IBAN"]}
    answers = [
        client.post("/auth/login", data=secrets),
        client.post("/auth/login", json=secrets),
        client.post("/broken", data=secrets | {"csrf_token": token_of(client.get("/auth/login").text)}),
        client.get("/broken"),
        client.post("/auth/with/google", data={"csrf_token": token_of(client.get("/auth/login").text)}),
    ]
    assert [answer.status_code for answer in answers[2:4]] == [500, 500]
    for answer in answers:
        for name in ("password", "code", "IBAN", "OAuth secret"):
            assert TYPED[name] not in answer.text, (name, answer.request.path)
    day.app.testing = True


def sung(day: Day, place: str, *, but: frozenset[str] = frozenset()) -> list[str]:
    """Which of the day's secrets a place tells."""
    names = [name for name in day.secrets if name not in but]
    return [name for name in names if re.search(rf"(?<!\w){re.escape(day.secrets[name])}(?!\w)", place)]


def test_no_log_line_tells_a_secret(day: Day) -> None:
    assert len(day.log.lines) > 60
    assert any("a try was refused" in line for line in day.log.lines)
    assert sum("a request failed" in line for line in day.log.lines) >= 2
    for line in day.log.lines:
        assert sung(day, line) == [], line
        assert not any(token in line for token in day.link_tokens), line
        assert ANA not in line


def test_no_address_tells_a_secret_and_no_link_of_a_mail_leads_on(day: Day) -> None:
    assert len(day.link_tokens) == 2
    assert len(day.addresses) > 300
    for address in (*day.addresses, *day.led_to):
        assert sung(day, address) == [], address
    for address in day.led_to:
        assert not any(token in address for token in day.link_tokens), address
        assert ANA not in address


def test_no_mail_tells_a_secret_but_its_own_link(day: Day) -> None:
    mailbox(ANA)
    directory = mail.files_directory()
    assert directory is not None
    mails = [one for path in directory.glob("*.eml") for one in [path.read_bytes().decode().replace("=\r\n", "")]]
    assert len(mails) >= 3
    for one in mails:
        assert sung(day, one) == []
    read = [letter.text + letter.html for letter in mailbox(ANA)]
    for text in read:
        assert sung(day, text) == []
    for token in day.link_tokens:
        assert sum(token in text for text in read) == 1, "a link is in one mail"


@pytest.mark.sqlite
def test_the_bytes_of_the_database_tell_no_secret(day: Day, settings: Settings) -> None:
    """Passwords only hashed, keys and tries only digested, the rest sealed; links are not kept at all."""
    db.session.remove()
    path = Path(settings.data_dir) / "gallery.db"
    files = [one for one in (path, path.with_name("gallery.db-wal")) if one.exists()]
    stored = b"".join(one.read_bytes() for one in files)
    assert ANA.encode() in stored, "it is the right file"
    plain = {name for name, value in day.secrets.items() if value.encode() in stored}
    assert plain - {"code"} == set(), "six digits may stand anywhere by chance"
    assert not any(token.encode() in stored for token in day.link_tokens)


def test_what_a_server_writes_tells_no_secret(live_server: Callable[..., LiveHouse]) -> None:
    """gunicorn's own lines as well; secrets in an address too, where people put them by mistake."""
    house = live_server()
    link = "WzEsImEiXQ.cuckoo-7f3a9b2c-token-of-a-mail"
    for path in (f"/auth/reset/{link}", f"/auth/login?{urlencode(TYPED)}", f"/lots/?q={TYPED['IBAN']}"):
        try:
            urlopen(f"{house.url}{path}").read()
        except HTTPError as refused:
            assert refused.code in (404, 410), path
    with pytest.raises(HTTPError):
        urlopen(Request(f"{house.url}/auth/login", urlencode(TYPED).encode(), {"Cookie": f"session={link}"}))
    house.stop()
    written = house.log.read_text()
    assert '"answered"' in written
    for name, secret in {**TYPED, "link": link}.items():
        assert secret not in written, name

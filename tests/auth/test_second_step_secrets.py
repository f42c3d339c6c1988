"""Canaries of second steps: no code and no secret in a log line, an address, the queue of mails or a wrong mail."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth.factors import queries as factor_queries
from gallery.auth.factors.views import SETTINGS
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.core.outbox_table import OutboxMessage
from tests import factories
from tests.auth.doors import fill_in, mailbox, sign_in, sign_out, token_of
from tests.auth.second_steps import ANA, PROVE, answer, code, freeze, later


class Watched:
    """A client that notes each address that it asks for, and each that it is led to."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.addresses: list[str] = []

    def get(self, address: str, **more: object):
        return self._note(address, self._client.get(address, **more))

    def post(self, address: str, **more: object):
        return self._note(address, self._client.post(address, **more))

    def _note(self, address: str, answered):
        self.addresses += [unquote(address), unquote(answered.location or "")]
        return answered


@pytest.fixture
def canaries(app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> tuple[set[str], Watched]:
    """Everything secret of a member's life with a second step, which is lived through here."""
    frozen = freeze(app)
    client.set_cookie("lang", "en")
    watched = Watched(client)
    ana = factories.member("ana")
    factories.sign_in(client, ana, second_step=False)
    page = watched.get(f"{SETTINGS}/app").text
    secret = re.search(r"<code>([A-Z2-7 ]{39})</code>", page)[1].replace(" ", "")
    typed = {code(secret=secret), code(secret=secret, steps=1), code(secret=secret, steps=7)}
    fill_in(watched, f"{SETTINGS}/app", code=code(secret=secret, steps=7))
    fill_in(watched, f"{SETTINGS}/app", code=code(secret=secret))
    recovery = re.findall(r"<li><code>([0-9a-z-]{19})</code>", watched.get(f"{SETTINGS}/codes").text)
    watched.get(f"{SETTINGS}/codes.txt")
    sign_out(watched)
    later(frozen, seconds=30)
    sign_in(watched, ANA)
    answer(watched, code(secret=secret, steps=6))
    answer(watched, code(secret=secret))
    sign_out(watched)
    sign_in(watched, ANA)
    answer(watched, recovery[0], "recovery", next="/account/")
    answer(watched, recovery[1], "recovery", PROVE)
    token = token_of(watched.get("/account/").text)
    watched.post(f"{SETTINGS}/codes", data={"csrf_token": token})
    watched.post(f"{SETTINGS}/app/remove", data={"csrf_token": token})
    assert not factor_queries.has_second_step(ana.id)
    plain = {one.replace("-", "") for one in recovery}
    return {secret, *typed, *recovery, *plain}, watched


def test_canaries_do_not_sing(
    app: Flask, canaries: tuple[set[str], Watched], capsys: pytest.CaptureFixture[str]
) -> None:
    secrets, watched = canaries
    waiting = [str(row) for row in db.session.execute(sa.select(OutboxMessage.__table__))]
    audited = [str(row) for row in db.session.execute(sa.select(AuditEntry.__table__))]
    mails = [one.text + one.html + one.subject for one in mailbox(ANA)]
    logged = capsys.readouterr().err
    assert len(mails) >= 4
    assert "answered" in logged
    assert len(audited) >= 5
    for place in (*waiting, *audited, *mails, *watched.addresses, *logged.splitlines()):
        sung = [one for one in secrets if re.search(rf"(?<![0-9]){re.escape(one)}(?![0-9])", place)]
        assert sung == [], place

"""Lists of stolen passwords are tried in vain, and whoever is on them still comes in (6.3.1, 2.4.1)."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery import create_app
from gallery.auth.forms import SignInForm
from gallery.auth.hashing import Turns
from gallery.auth.sessions.models import Attempt
from gallery.auth.throttle import attempts
from gallery.auth.throttle import services as throttle
from gallery.auth.throttle.attempts import Scope, TooMany
from gallery.auth.throttle.rules import Limit
from gallery.core import clock
from gallery.core.clock import FrozenClock
from gallery.core.db import db
from gallery.core.settings import Settings
from tests import factories
from tests.auth.doors import fill_in, mailbox, sign_in, sign_out, token_of
from tests.services.house import LiveHouse

ANA = "ana@example.org"
HOME, ABROAD = "41.82.0.7", "2001:db8:7:1::9"
TRIES, NAMES = 10_000, 500


class CountedTurns(Turns):
    """The queue of hashes, which also counts how many passwords were looked at."""

    judged = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Count each turn, and not those that join one."""
        joins = getattr(self._mine, "held", False)
        with super().held():
            yield
            if not joins and getattr(self._mine, "counts", True):
                self.judged += 1


@pytest.fixture
def turns(app: Flask) -> CountedTurns:
    """The house's queue, counting; its clock stands still, as if all tries came within a minute."""
    app.extensions["clock"] = FrozenClock(factories.NOON)
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["hashes"] = counting = CountedTurns(2, most_waiting=48)
    return counting


def attempt(app: Flask, network: str, email: str, password: str = "the password of another site") -> str:  # noqa: S107
    """One try of a list, with all that the form does, but for the page around it: what came of it."""
    fields = {"email": email, "password": password}
    with app.test_request_context("/auth/login", method="POST", data=fields, environ_base={"REMOTE_ADDR": network}):
        try:
            return "in" if SignInForm().validate() else "wrong"
        except throttle.TooMany:
            return "refused"


def stuff(app: Flask, networks: list[str], tries: int = TRIES) -> Counter[str]:
    """So many tries over all names, in turns from these networks."""
    return Counter(
        attempt(app, networks[n % len(networks)], f"name{n % NAMES:03}@example.org", f"leaked password {n // NAMES}")
        for n in range(tries)
    )


def visitor(app: Flask, network: str) -> FlaskClient:
    """A new browser in a network."""
    client = app.test_client()
    client.environ_base = {**client.environ_base, "REMOTE_ADDR": network}
    return client


@pytest.mark.slow
def test_of_ten_thousand_tries_from_one_network_one_in_a_thousand_is_judged(app: Flask, turns: CountedTurns) -> None:
    for number in range(5):
        factories.member(f"name{number * 100:03}")
    turns.judged = 0
    assert stuff(app, [HOME]) == {"wrong": 8, "refused": TRIES - 8}
    assert turns.judged == 8 <= TRIES / 1_000


def test_twenty_networks_of_one_provider_have_not_twenty_times_as_many(app: Flask, turns: CountedTurns) -> None:
    found = stuff(app, [f"41.82.0.{n}" for n in range(20)], 1_000)
    assert found == {"wrong": 32, "refused": 968}
    assert turns.judged == 32


def test_one_name_is_not_guessed_from_a_thousand_networks(app: Flask, turns: CountedTurns) -> None:
    factories.member("ana")
    turns.judged = 0
    frozen = app.extensions["clock"]
    found: Counter[str] = Counter()
    for hour in range(24):
        found += Counter(attempt(app, f"{n}.{hour}.7.1", ANA) for n in range(1, 41))
        frozen.tick(hours=1)
    assert found["in"] == 0
    assert turns.judged == found["wrong"] == 50


def test_tries_sent_together_pass_no_limit_by_more_than_the_hashes_beside_them(app: Flask, turns: CountedTurns) -> None:
    db.session.remove()

    def client(number: int) -> list[str]:
        return [attempt(app, HOME, f"name{number}-{n}@example.org") for n in range(10)]

    with ThreadPoolExecutor(24) as pool:
        found = Counter(one for answers in pool.map(client, range(24)) for one in answers)
    assert found["wrong"] == turns.judged
    assert 8 <= turns.judged <= 8 + 1, "two hashes run at once"


def test_the_victim_comes_in_on_his_own_device_and_by_a_link_from_his_mailbox(app: Flask, turns: CountedTurns) -> None:
    factories.member("ana")
    home, abroad = visitor(app, HOME), visitor(app, ABROAD)
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(home, ANA, factories.PASSWORD)
    sign_out(home)
    app.config["WTF_CSRF_ENABLED"] = False
    for n in range(60):
        attempt(app, HOME, ANA)
        attempt(app, f"10.{n}.0.1", ANA)
    app.config["WTF_CSRF_ENABLED"] = True
    assert sign_in(home, ANA, factories.PASSWORD).status_code == 303
    assert sign_in(abroad, ANA, factories.PASSWORD).status_code == 429, "a stranger's device, as far as we know"
    for _ in range(6):
        fill_in(visitor(app, HOME), "/auth/reset", email=ANA)  # Strangers use up the letters as well: they are his.
    link = mailbox(ANA)[-1].path
    fill_in(abroad, link, password="a lantern for the tide pools")
    assert sign_in(abroad, ANA, "a lantern for the tide pools").status_code == 303


def together(app: Flask, act: Callable[[], object], times: int) -> Counter[str]:
    """What comes of an act that so many threads do at once."""
    db.session.remove()
    start = threading.Barrier(times)

    def one(_number: int) -> str:
        with app.app_context():
            start.wait()
            try:
                act()
            except TooMany:
                return "refused"
            finally:
                db.session.remove()
            return "passed"

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(one, range(times)))


@pytest.mark.database
def test_what_is_counted_before_it_is_judged_passes_no_limit_by_any(app: Flask) -> None:
    scopes = (Scope("code", "7", (Limit(5, 600),)), Scope("letters", "8", (Limit(50, 600),)))
    assert together(app, lambda: attempts.reserve(*scopes, now=clock.now()), 20) == {"passed": 5, "refused": 15}
    assert db.session().query(Attempt).count() == 10, "in all scopes or in none"


@pytest.mark.database
def test_a_reservation_is_given_back(app: Flask) -> None:
    scope = Scope("code", "7", (Limit(1, 600),))
    attempts.reserve(scope, now=clock.now()).release()
    attempts.reserve(scope, now=clock.now())
    with pytest.raises(TooMany) as refused:
        attempts.reserve(scope, now=clock.now())
    assert 0 < refused.value.retry_after <= 600


@pytest.mark.database
def test_a_limit_counts_what_is_within_its_time_and_the_longest_wait_is_told(app: Flask) -> None:
    start = factories.NOON
    scope = Scope("sign-in", "7", (Limit(2, 60), Limit(3, 3600)))
    for seconds in (0, 30, 70):
        attempts.count(scope, now=clock.FrozenClock(start).tick(seconds=seconds))
    with pytest.raises(TooMany) as refused:
        attempts.look(scope, now=clock.FrozenClock(start).tick(seconds=80))
    assert refused.value.retry_after == 3600 - 80
    attempts.look(scope, now=clock.FrozenClock(start).tick(seconds=3600))


def test_processes_count_together_and_a_restart_forgets_nothing(app: Flask, environ: dict[str, str]) -> None:
    for _ in range(8):
        assert attempt_with_token(app) == 422
    other = create_app(Settings.from_environ(environ))
    assert attempt_with_token(other) == 429


def attempt_with_token(app: Flask) -> int:
    return sign_in(visitor(app, HOME), ANA, "wrong").status_code


def post(house: LiveHouse, cookie: str, body: str) -> int:
    """A POST of the sign-in form; its status."""
    request = Request(f"{house.url}/auth/login", body.encode(), {"Cookie": cookie})
    try:
        with urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except OSError as refused:
        return int(getattr(refused, "code", 0))


@pytest.mark.slow
def test_a_burst_of_a_thousand_is_refused_and_delays_nobody(app: Flask, live_server: Callable[..., LiveHouse]) -> None:
    """At most a twentieth passes, and pages come about as quickly as without it."""
    house = live_server(workers=2, threads=16)
    with urlopen(f"{house.url}/auth/login") as page:
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = token_of(page.read().decode())

    def burst(number: int) -> list[int]:
        body = f"csrf_token={token}&password=wrong&email="
        return [post(house, cookie, f"{body}name{number * 125 + n}%40example.org") for n in range(125)]

    def page_seconds() -> float:
        began = time.perf_counter()
        with urlopen(f"{house.url}/lots/") as answer:
            assert answer.status == 200
        return time.perf_counter() - began

    quiet = statistics.median(page_seconds() for _ in range(50))
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(burst, number) for number in range(8)]
        waits = []
        while not all(answer.done() for answer in answers):
            waits.append(page_seconds())
    statuses = Counter(status for answer in answers for status in answer.result())
    assert set(statuses) == {422, 429}
    assert statuses[429] >= 950, statuses
    assert statistics.median(waits) < max(20 * quiet, 0.5), (statistics.median(waits), quiet)

"""The queue of hashes: few at once, in the order of arrival, no end of waiters, and never while others must write."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gallery.auth import hashing, passwords
from gallery.auth.hashing import Busy, Turns
from gallery.core.db import db, in_transaction, transaction
from gallery.core.settings import Settings
from tests import factories
from tests.auth.doors import OTHER_PASSWORD, PASSWORD, fill_in, mailbox, register, sign_in

ANA = "ana@example.org"


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def crowd(number: int, act: Callable[[int], None]) -> list[threading.Thread]:
    """So many threads, each started once the one before it is at its place."""
    threads = [threading.Thread(target=act, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    return threads


def test_no_more_run_at_once_than_have_a_place_and_all_come_to_it() -> None:
    turns, lock, running, most, done = Turns(2, most_waiting=50), threading.Lock(), set[int](), 0, []

    def act(number: int) -> None:
        nonlocal most
        with turns.held():
            with lock:
                running.add(number)
                most = max(most, len(running))
            time.sleep(0.002)
            with lock:
                running.remove(number)
                done.append(number)

    for thread in crowd(50, act):
        thread.join()
    assert most == 2
    assert sorted(done) == list(range(50))


def test_who_came_first_is_first() -> None:
    turns, order = Turns(1, most_waiting=10), []
    waiting = turns._waiting

    def act(number: int) -> None:
        with turns.held():
            order.append(number)

    threads = [threading.Thread(target=act, args=(n,)) for n in range(10)]
    with turns.held():
        for number, thread in enumerate(threads):
            thread.start()
            wait_until(lambda number=number: len(waiting) == number + 1)  # type: ignore[misc]
    for thread in threads:
        thread.join()
    assert order == list(range(10))


def test_a_full_queue_is_said_at_once_and_works_again_afterwards() -> None:
    turns = Turns(1, most_waiting=1)
    with turns.held():
        (waiter,) = crowd(1, lambda _number: turns.held().__enter__())
        wait_until(lambda: len(turns._waiting) == 1)
        seen: list[Busy] = []

        def refused(_number: int) -> None:
            with pytest.raises(Busy) as busy, turns.held():
                pytest.fail("it had a turn")
            seen.append(busy.value)

        crowd(1, refused)[0].join()
        assert seen[0].retry_after == 5
    waiter.join()


def test_nobody_waits_for_ever_and_a_turn_that_nobody_took_is_not_lost() -> None:
    turns = Turns(1, most_waiting=5, seconds=0.02)
    with turns.held():

        def waits(_number: int) -> None:
            with pytest.raises(Busy), turns.held():
                pytest.fail("it had a turn")

        for thread in crowd(5, waits):
            thread.join()
    with turns.held():
        pass


def test_a_turn_joins_the_one_that_its_thread_has() -> None:
    turns = Turns(1, most_waiting=0)
    with turns.held(), turns.held():
        pass
    with pytest.raises(ZeroDivisionError), turns.held():
        raise ZeroDivisionError
    with turns.held():
        pass


def test_a_hash_steps_back_behind_everything_else_and_its_failure_is_the_callers(app: Flask) -> None:
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    theirs = hashing.run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert theirs == min(19, mine + hashing.STEP_BACK)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == mine
    with pytest.raises(ZeroDivisionError):
        hashing.run(lambda: 1 // 0)


def test_hashes_run_beside_each_other(app: Flask) -> None:
    """A hash that held Python's lock would stop every bid of its process for as long as it takes."""
    from argon2.low_level import Type, hash_secret

    done = threading.Event()

    def hashes() -> None:
        hash_secret(b"a", b"saltsalt", 40, 65_536, 1, 32, Type.ID)
        done.set()

    worker = threading.Thread(target=hashes)
    worker.start()
    steps = 0
    while not done.is_set():
        steps += 1
        time.sleep(0)
    worker.join()
    assert steps > 100


def test_the_queue_has_the_places_of_the_settings(environ: dict[str, str]) -> None:
    settings = Settings.from_environ(environ | {"GALLERY_HASHES_AT_ONCE": "3", "GALLERY_THREADS": "40"})
    assert (settings.hashes_at_once, settings.most_waiting_hashes) == (3, 30)


@pytest.mark.parametrize(
    ("door", "fields"),
    [
        ("/auth/login?lang=en", {"email": ANA, "password": PASSWORD, "remember": "y"}),
        ("/auth/register?lang=en", {"email": ANA, "password": PASSWORD}),
    ],
)
def test_when_too_many_sign_in_the_form_says_so_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, door: str, fields: dict[str, str]
) -> None:
    app.extensions["hashes"] = Turns(0, most_waiting=0)
    answer = fill_in(client, door, **fields)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Many people are signing in just now" in answer.text
    assert f'value="{ANA}"' in answer.text
    assert PASSWORD not in answer.text


def test_a_unit_of_work_that_would_wait_for_a_hash_is_refused(app: Flask) -> None:
    """It would hold the write lock for as long as it takes, and every bidder with it."""
    with pytest.raises(RuntimeError, match="unit of work"), transaction():
        passwords.hashed(PASSWORD)


def test_no_hash_is_made_while_the_database_is_held(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    real = hashing.run

    def watched(work: Callable[[], object]) -> object:
        held.append(in_transaction() or "writer" in db.session().info)
        return real(work)

    monkeypatch.setattr(hashing, "run", watched)
    register(client, ANA)
    fill_in(client, mailbox(ANA)[0].path)
    fill_in(client, "/auth/change", password=PASSWORD, new_password=OTHER_PASSWORD)
    fill_in(client, "/auth/reset", email=ANA)
    fill_in(client, mailbox(ANA)[-1].path, password="a third and quite different phrase")
    sign_in(client, ANA, "a third and quite different phrase")
    assert held == [False] * 5


def test_who_waits_for_a_hash_holds_no_connection(app: Flask, client: FlaskClient) -> None:
    """Or fifty who sign in would hold all of them, and nobody could bid."""
    factories.member("ana")
    db.session().rollback()
    turns: Turns = app.extensions["hashes"]
    with turns.held():
        answers: list[int] = []
        thread = threading.Thread(target=lambda: answers.append(sign_in(client, ANA, PASSWORD).status_code))
        thread.start()
        wait_until(lambda: len(turns._waiting) == 1)
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    thread.join()
    assert answers == [303]

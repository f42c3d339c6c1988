"""Messages leave as promised: with their cause or not at all, at least once, and poison is parked (I2, 22)."""

from __future__ import annotations

import contextlib
import itertools
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.core import outbox
from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.core.outbox import LEASE, MOST_ATTEMPTS, TOPIC_PAUSE, OutboxMessage
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.database


@pytest.fixture
def time(app: Flask) -> FrozenClock:
    app.extensions["clock"] = FrozenClock(NOON)
    return app.extensions["clock"]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[outbox.Message]:
    """What the deliverer of the kind `test` was given."""
    given: list[outbox.Message] = []
    monkeypatch.setitem(outbox._deliverers, "test", given.append)
    return given


def put(key: str = "1", payload: dict[str, Any] | None = None, **more: Any) -> None:
    with transaction():
        outbox.put("test", key, payload or {"says": key}, **more)


def row(key: str = "1") -> OutboxMessage:
    db.session.rollback()
    return db.session.execute(sa.select(OutboxMessage).where(OutboxMessage.key == key)).scalar_one()


def test_a_message_is_delivered_once(app: Flask, time: FrozenClock, sent: list[outbox.Message]) -> None:
    put()
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0
    assert [one.payload for one in sent] == [{"says": "1"}]
    assert (row().state, row().payload, row().sent_at) == ("sent", {}, NOON)


def test_a_message_goes_with_its_cause_or_not_at_all(app: Flask, time: FrozenClock, sent: list[outbox.Message]) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction():
        outbox.put("test", "1", {})
        raise ZeroDivisionError
    assert outbox.deliver_due() == 0
    with pytest.raises(RuntimeError, match="unit of work"):
        outbox.put("test", "1", {})


def test_the_same_key_is_one_message(app: Flask, time: FrozenClock, sent: list[outbox.Message]) -> None:
    put("1", {"says": "first"})
    put("1", {"says": "second"})
    outbox.deliver_due()
    put("1", {"says": "third"})
    outbox.deliver_due()
    assert [one.payload["says"] for one in sent] == ["first"]


def test_the_provider_is_called_outside_of_any_transaction(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setitem(outbox._deliverers, "test", lambda _m: seen.append(db.session().in_transaction()))
    put()
    outbox.deliver_due()
    assert seen == [False]


def test_a_failed_attempt_is_repeated_later_and_later(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def fail(message: outbox.Message) -> None:
        attempts.append(time.now())
        raise ConnectionRefusedError("ana@example.org was refused")

    monkeypatch.setitem(outbox._deliverers, "test", fail)
    put()
    while row().state != "dead":
        assert outbox.deliver_due() == 0
        time.at = max(time.at, row().not_before)
    pauses = [later - sooner for sooner, later in itertools.pairwise(attempts)]
    assert len(attempts) == MOST_ATTEMPTS
    assert timedelta(seconds=30) <= pauses[0] <= timedelta(seconds=38)
    assert all(earlier < later for earlier, later in itertools.pairwise(pauses[:7]))
    assert max(pauses) <= timedelta(minutes=75)
    assert row().last_error == "ConnectionRefusedError", "the error's words may quote the message"


def test_what_can_never_be_delivered_is_parked_and_staff_may_queue_it_again(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch, sent: list[outbox.Message]
) -> None:
    def refuse(message: outbox.Message) -> None:
        raise outbox.UndeliverableError

    with monkeypatch.context() as broken:
        broken.setitem(outbox._deliverers, "test", refuse)
        put()
        outbox.deliver_due()
    assert [one.key for one in outbox.dead_letters()] == ["1"]
    shown = app.test_cli_runner().invoke(args=["outbox", "list"], catch_exceptions=False).output
    assert "UndeliverableError" in shown
    assert app.test_cli_runner().invoke(args=["outbox", "retry", str(row().id)]).output == "Queued again: 1\n"
    outbox.deliver_due()
    assert [one.payload for one in sent] == [{"says": "1"}]


def test_poison_holds_up_nobody(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch, sent: list[outbox.Message]
) -> None:
    monkeypatch.setitem(outbox._deliverers, "poison", lambda _message: 1 / 0)
    with transaction():
        outbox.put("poison", "1", {})
        outbox.put("unheard of", "1", {})
    put("2")
    outbox.deliver_due()
    assert [one.key for one in sent] == ["2"]


def test_a_payload_that_no_key_opens_is_one_failed_attempt(
    app: Flask, time: FrozenClock, sent: list[outbox.Message]
) -> None:
    put("1")
    put("2")
    with transaction() as session:
        broken = sa.update(OutboxMessage).where(OutboxMessage.key == "1")
        session.execute(broken.values({OutboxMessage.payload: sa.literal("rubbish", sa.Text)}))
    outbox.deliver_due()
    assert [one.key for one in sent] == ["2"]
    state = db.session.execute(sa.select(OutboxMessage.last_error).where(OutboxMessage.key == "1")).scalar_one()
    assert state == "UnreadableError"


def test_a_lease_of_a_dead_worker_runs_out(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch, sent: list[outbox.Message]
) -> None:
    class Killed(BaseException):
        pass

    def die(message: outbox.Message) -> None:
        raise Killed

    put()
    with monkeypatch.context() as dying:
        dying.setitem(outbox._deliverers, "test", die)
        with pytest.raises(Killed):
            outbox.deliver_due()
    assert outbox.deliver_due() == 0, "it is still leased"
    time.at += LEASE
    assert outbox.deliver_due() == 1
    assert sent[0].attempts == 2


def test_a_message_that_kills_its_worker_each_time_is_parked(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(message: outbox.Message) -> None:
        raise Killed

    monkeypatch.setitem(outbox._deliverers, "test", die)
    put()
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            outbox.deliver_due()
        time.at += LEASE
    assert outbox.deliver_due() == 0
    assert (row().state, row().last_error) == ("dead", "WorkerDied")


def test_a_worker_that_comes_back_late_does_not_undo_the_one_that_took_over(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []

    def slow(message: outbox.Message) -> None:
        given.append(message.attempts)
        if message.attempts == 1:
            time.at += LEASE
            outbox.deliver_due()  # Another worker finds the lease run out.
            raise TimeoutError

    monkeypatch.setitem(outbox._deliverers, "test", slow)
    put()
    outbox.deliver_due()
    assert given == [1, 2]
    assert (row().state, row().last_error) == ("sent", None)


def test_many_events_on_one_topic_are_one_message_and_then_a_pause(
    app: Flask, time: FrozenClock, sent: list[outbox.Message]
) -> None:
    for number in range(5):
        put(f"bid:{number}", topic="lot:7:member:1")
    put("other", topic="lot:8:member:1")
    outbox.deliver_due()
    assert sorted(one.key for one in sent) == ["bid:4", "other"]
    put("bid:5", topic="lot:7:member:1")
    put("bid:6", topic="lot:7:member:1")
    assert outbox.deliver_due() == 0
    time.at += TOPIC_PAUSE
    outbox.deliver_due()
    assert sorted(one.key for one in sent) == ["bid:4", "bid:6", "other"]


def test_what_is_no_longer_true_can_be_taken_back(app: Flask, time: FrozenClock, sent: list[outbox.Message]) -> None:
    put("1", topic="lot:7")
    put("2", topic="lot:8")
    with transaction():
        outbox.withdraw("test", "lot:7")
    outbox.deliver_due()
    assert [one.key for one in sent] == ["2"]


def test_a_message_waits_for_its_time(app: Flask, time: FrozenClock, sent: list[outbox.Message]) -> None:
    put(not_before=NOON + timedelta(minutes=5))
    assert outbox.deliver_due() == 0
    time.tick(minutes=5)
    assert outbox.deliver_due() == 1


def test_delivered_rows_are_forgotten_in_time(app: Flask, time: FrozenClock, sent: list[outbox.Message]) -> None:
    put("old")
    outbox.deliver_due()
    time.tick(days=91)
    put("new")
    outbox.deliver_due()
    assert outbox.forget_delivered(time.now() - timedelta(days=90)) == 1
    assert row("new").state == "sent"


def test_a_member_s_messages_go_with_the_member(app: Flask, time: FrozenClock, sent: list[outbox.Message]) -> None:
    ana = factories.member("ana")
    put("1", member_id=ana.id)
    with transaction() as session:
        session.delete(ana)
    assert outbox.deliver_due() == 0


def test_several_workers_share_the_work_and_each_message_goes_once(app: Flask, sent: list[outbox.Message]) -> None:
    with transaction():
        for number in range(60):
            outbox.put("test", str(number), {})
    counted = []

    def work() -> None:
        with app.app_context():
            counted.append(outbox.deliver_due())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counted) == 60
    assert sorted(int(one.key) for one in sent) == list(range(60))


def failing_while(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """The next delivery fails, and `happens()` while the worker has the message in its hands."""

    def fail(_message: outbox.Message) -> None:
        happens()
        raise ConnectionResetError

    monkeypatch.setitem(outbox._deliverers, "test", fail)


def withdraw() -> None:
    with transaction():
        outbox.withdraw("test", "lot:7")


def test_what_was_taken_back_while_it_was_on_its_way_is_not_tried_again(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch, sent: list[outbox.Message]
) -> None:
    put("1", topic="lot:7")
    with monkeypatch.context() as failing:
        failing_while(failing, withdraw)
        assert outbox.deliver_due() == 0
    time.tick(hours=9)
    assert outbox.deliver_due() == 0
    assert (sent, outbox.counts()) == ([], {})


def test_what_was_taken_back_on_its_way_and_got_through_counts_as_sent(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("1", topic="lot:7")
    monkeypatch.setitem(outbox._deliverers, "test", lambda _message: withdraw())
    assert outbox.deliver_due() == 1
    assert (row().state, row().last_error) == ("sent", None)


def test_what_was_taken_back_from_a_worker_that_died_is_not_tried_again(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch, sent: list[outbox.Message]
) -> None:
    def die(_message: outbox.Message) -> None:
        withdraw()
        raise KeyboardInterrupt

    put("1", topic="lot:7")
    with monkeypatch.context() as dying:
        dying.setitem(outbox._deliverers, "test", die)
        with pytest.raises(KeyboardInterrupt):
            outbox.deliver_due()
    time.at += LEASE
    assert outbox.deliver_due() == 0
    assert (sent, outbox.counts()) == ([], {})


def test_a_failed_message_makes_way_for_a_newer_one_on_its_topic(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch, sent: list[outbox.Message]
) -> None:
    put("old", topic="lot:7")
    with monkeypatch.context() as failing:
        failing_while(failing, lambda: put("new", topic="lot:7"))
        outbox.deliver_due(limit=1)
    put("newest", topic="lot:7")
    put("other", topic="lot:8")
    time.tick(hours=9)
    outbox.deliver_due()
    time.tick(hours=9)
    outbox.deliver_due()
    assert sorted(one.key for one in sent) == ["newest", "other"]
    assert outbox.counts() == {"sent": 2}


def test_two_that_wait_on_one_topic_do_not_stop_the_third(
    app: Flask, time: FrozenClock, monkeypatch: pytest.MonkeyPatch, sent: list[outbox.Message]
) -> None:
    """The one was parked and an operator queues it again after the other was written."""

    def refuse(_message: outbox.Message) -> None:
        raise outbox.UndeliverableError

    with monkeypatch.context() as broken:
        broken.setitem(outbox._deliverers, "test", refuse)
        put("parked", topic="lot:7")
        outbox.deliver_due()
    put("second", topic="lot:7")
    with transaction():
        outbox.retry()
    put("third", topic="lot:7")
    outbox.deliver_due()
    time.tick(hours=9)
    outbox.deliver_due()
    assert [one.key for one in sent] == ["third"]


def test_taking_back_and_leasing_at_the_same_moment_lets_nothing_false_be_tried_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three workers try and fail again and again; whichever comes first, afterwards the message is gone."""
    monkeypatch.setattr(outbox, "FIRST_PAUSE", timedelta(0))

    def fail(_message: outbox.Message) -> None:
        raise ConnectionResetError

    monkeypatch.setitem(outbox._deliverers, "test", fail)

    def work() -> None:
        with app.app_context():
            outbox.deliver_due(limit=40)

    put("1", topic="lot:7")
    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    withdraw()
    db.session.remove()
    for worker in workers:
        worker.join()
    assert outbox.counts() == {}

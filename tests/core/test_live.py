"""The hub and its streams in one process: what is sent to whom, when, and that nothing is left behind (E1, H-08)."""

from __future__ import annotations

import gc
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from flask.globals import app_ctx
from flask.testing import FlaskClient

from gallery.core import bus, clock, hub, live, stream
from gallery.core.access import public
from gallery.core.db import db, on_postgresql
from gallery.core.errors import Missing
from gallery.core.hub import Hub
from gallery.core.line import Line
from gallery.core.seats import Full, Seats
from gallery.core.stream import Message, Stream
from gallery.core.topics import Topics
from gallery.core.watched import COALESCE_SECONDS, Watched
from tests.live.reader import eventually

OPENING = re.compile(r"retry: (?P<retry>\d+)\nevent: clock\ndata: (?P<now>\d+)\n\n")


class Board:
    """Things with a version, and a note of each time that one was rendered or that versions were read."""

    def __init__(self) -> None:
        self.things = {"7": (1, "first")}
        self.rendered: list[tuple[str, str, int]] = []
        self.threads: set[str] = set()
        self.looks = 0
        self.broken = False
        self.seconds = 0.0

    def render(self, identifier: str, language: str) -> tuple[int, str]:
        self.threads.add(threading.current_thread().name)
        if self.broken:
            raise RuntimeError("a template that fails")
        if identifier not in self.things:
            raise Missing
        time.sleep(self.seconds)
        version, text = self.things[identifier]
        self.rendered.append((identifier, language, version))
        return version, f"<p>{text} in {language}</p>"

    def versions(self, identifiers: tuple[str, ...]) -> dict[str, int]:
        self.looks += 1
        return {one: self.things[one][0] for one in identifiers if one in self.things}


class Reader:
    """Someone who takes everything from a stream as it comes."""

    def __init__(self, opened: Stream) -> None:
        self.stream = opened
        self.chunks: list[str] = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    @property
    def versions(self) -> list[int]:
        return [int(chunk.partition("id: ")[2].partition("\n")[0]) for chunk in self.chunks if "id: " in chunk]

    def _read(self) -> None:
        for chunk in self.stream:
            self.chunks.append(chunk.decode())
        self.stream.close()


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def little() -> Flask:
    """An application with nothing in it."""
    made = Flask("little")
    made.testing = True
    made.extensions["clock"] = clock.FrozenClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    return made


@pytest.fixture
def middle(little: Flask, board: Board) -> Iterator[Hub]:
    """A hub for ten streams."""
    made = Hub(Topics(little, {"thing": board.render}, {"thing": board.versions}), bus.Alone(), streams=10)
    little.extensions["live"] = made
    yield made
    made.close()


def watching(middle: Hub, language: str = "en", *, seen: int = -1, topic: str = "thing:7", address: str = "") -> Reader:
    opened = Stream(topic, language, opening=stream.opening(clock.now()), seen=seen, address=address)
    opened.on_close = lambda: middle.leave(opened)
    middle.join(opened)
    return Reader(opened)


def change(middle: Hub, board: Board, version: int, text: str = "changed") -> None:
    board.things["7"] = (version, text)
    middle.publish("thing:7", version)


# The message


def test_a_message_is_an_unnamed_event_with_the_version_as_its_id() -> None:
    assert Message.of(12, "<p>\n  A\r\nB\rC</p>\n").wire == b"id: 12\ndata: <p>\ndata:   A\ndata: B\ndata: C</p>\n\n"


def test_a_line_of_text_cannot_become_a_field_of_the_event() -> None:
    lines = Message.of(1, "a\rid: 99\n\ndata: b\revent: x").wire.decode().split("\n")
    assert [line for line in lines[1:] if line and not line.startswith("data: ")] == []


def test_a_stream_says_first_what_time_it_is_and_when_to_come_back_not_all_at_once() -> None:
    """D8: the browser counts down by the house's clock. Said before any news: a quiet lot has none."""
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    openings = [OPENING.fullmatch(stream.opening(noon).decode()) for _ in range(6)]
    assert {found and int(found["now"]) for found in openings} == {int(noon.timestamp() * 1000)}
    retries = [int(found["retry"]) for found in openings if found]
    least, most = stream.RETRY_MS
    assert all(least <= retry <= most for retry in retries)
    assert most < 4_000, "a reader whose process was killed is back within five seconds"
    assert len(set(retries)) > 1


def test_a_reader_gets_the_opening_once(middle: Hub, board: Board) -> None:
    readers = [watching(middle) for _ in range(6)]
    assert eventually(lambda: all(reader.versions == [1] for reader in readers))
    change(middle, board, 2)
    assert eventually(lambda: all(reader.versions == [1, 2] for reader in readers))
    assert all(OPENING.fullmatch(reader.chunks[0]) for reader in readers)
    assert all("retry" not in chunk for reader in readers for chunk in reader.chunks[1:])


# How often


def test_ten_bids_a_second_are_not_all_as_late_as_the_latest_of_them() -> None:
    """Each is told when it comes; one that came late makes none after it wait."""
    topic, waited = Watched(), []
    for number, late in enumerate([0.0, 0.01, 0.09, 0.02, 0.0, 0.07, 0.0, 0.0]):
        came = 100 + number * COALESCE_SECONDS + late
        told = max(came, topic.not_before)
        waited.append(round(told - came, 3))
        topic.not_before = topic.turn_after(told)
    assert waited == [0.0] * 8


def test_a_storm_of_bids_is_told_ten_times_a_second() -> None:
    topic, told, now = Watched(), [], 100.0
    while now < 110:
        if now >= topic.not_before:
            told.append(now)
            topic.not_before = topic.turn_after(now)
        now += 0.001
    assert 99 <= len(told) <= 102
    assert min(later - one for one, later in pairwise(told[1:])) >= COALESCE_SECONDS - 0.002


# Joining and resuming


def test_who_joins_without_a_version_gets_the_current_state(middle: Hub) -> None:
    reader = watching(middle)
    assert eventually(lambda: reader.versions == [1])
    assert OPENING.fullmatch(reader.chunks[0])
    assert "data: <p>first in en</p>\n" in reader.chunks[1]


def test_who_has_the_current_version_gets_nothing_but_a_greeting(middle: Hub, board: Board) -> None:
    reader = watching(middle, seen=1)
    time.sleep(0.3)
    assert len(reader.chunks) == 1
    assert OPENING.fullmatch(reader.chunks[0])
    assert board.rendered == []


def test_who_missed_several_versions_gets_one_message(middle: Hub, board: Board) -> None:
    board.things["7"] = (9, "ninth")
    reader = watching(middle, seen=4)
    time.sleep(0.3)
    assert reader.versions == [9]


@pytest.mark.parametrize("others", [0, 1])
def test_a_version_from_the_future_is_not_believed(middle: Hub, board: Board, others: int) -> None:
    there = [watching(middle) for _ in range(others)]
    assert eventually(lambda: all(one.versions for one in there))
    reader = watching(middle, seen=4_000)
    assert eventually(lambda: reader.versions == [1])
    change(middle, board, 2)
    assert eventually(lambda: reader.versions == [1, 2])


def test_a_crowd_that_comes_asks_the_database_once_a_second_and_not_each_for_himself(middle: Hub, board: Board) -> None:
    """Who comes back after a kill must not wait for a thousand questions (ADR 59)."""
    first = watching(middle)
    assert eventually(lambda: first.versions == [1])
    looks = board.looks
    crowd = [watching(middle, topic="thing:7", address=str(number)) for number in range(9)]
    assert eventually(lambda: all(reader.versions == [1] for reader in crowd))
    assert board.looks - looks <= 3


def test_who_knows_more_than_this_process_has_heard_of_is_believed_if_the_database_says_so(
    middle: Hub, board: Board
) -> None:
    first = watching(middle)
    assert eventually(lambda: first.versions == [1])
    board.things["7"] = (2, "unheard")
    knows = watching(middle, seen=2)
    assert eventually(lambda: first.versions == [1, 2])
    change(middle, board, 3)
    assert eventually(lambda: knows.versions == [3])


def test_who_comes_long_after_the_last_look_does_not_get_what_was_known_then(middle: Hub, board: Board) -> None:
    first = watching(middle)
    assert eventually(lambda: first.versions == [1])
    board.things["7"] = (2, "unheard")
    middle._watched["thing:7"].fresh_until, middle._next_look = 0.0, time.monotonic() + 60
    late = watching(middle)
    assert eventually(lambda: late.versions == [2])


def test_a_topic_that_is_not_there_is_missing_and_takes_no_place(middle: Hub) -> None:
    with pytest.raises(Missing):
        watching(middle, topic="thing:8")
    assert middle.open_streams == 0


# Updates


def test_a_line_that_is_ended_while_it_joins_is_over_and_takes_no_place(middle: Hub, board: Board) -> None:
    """Its topic was withdrawn, or its session ended, between the view's look and the hub's."""
    line = Line("thing:7", "en", opening=b"")
    line.on_close = lambda: middle.leave(line)
    versions = board.versions

    def ended_meanwhile(identifiers: tuple[str, ...]) -> dict[str, int]:
        line.end()
        return versions(identifiers)

    middle._topics._readers = {"thing": ended_meanwhile}
    middle.join(line)
    assert middle.open_streams == 0


def test_each_version_is_rendered_once_per_language_by_the_hub(middle: Hub, board: Board) -> None:
    readers = [watching(middle, "fr" if number % 2 else "en", seen=1) for number in range(10)]
    change(middle, board, 2)
    assert eventually(lambda: all(reader.versions == [2] for reader in readers))
    assert sorted(board.rendered) == [("7", "en", 2), ("7", "fr", 2)]
    assert board.threads == {"live_run"}
    assert {reader.chunks[-1].partition("data")[2] for reader in readers[::2]} == {": <p>changed in en</p>\n\n"}


def test_a_crowd_that_joins_during_a_rendering_costs_no_second_one(middle: Hub, board: Board) -> None:
    board.seconds = 0.2
    readers = []
    for _ in range(8):
        readers.append(watching(middle))
        time.sleep(0.01)
    assert eventually(lambda: all(reader.versions == [1] for reader in readers))
    assert board.rendered == [("7", "en", 1)]


def test_a_storm_becomes_ten_updates_a_second_and_ends_with_the_last_state(middle: Hub, board: Board) -> None:
    reader = watching(middle, seen=1)
    before = time.monotonic()
    for version in range(2, 202):
        change(middle, board, version)
        time.sleep(0.005)
    assert eventually(lambda: reader.versions[-1:] == [201], seconds=1)
    assert len(reader.versions) <= (time.monotonic() - before) / COALESCE_SECONDS + 2
    assert len(reader.versions) >= 5
    assert reader.versions == sorted(set(reader.versions))


def test_a_late_announcement_of_an_old_version_changes_nothing(middle: Hub, board: Board) -> None:
    reader = watching(middle, seen=1)
    change(middle, board, 5)
    assert eventually(lambda: reader.versions == [5])
    middle.heard("thing:7", 3)
    time.sleep(0.3)
    assert reader.versions == [5]


def test_a_version_announced_too_early_is_not_missed_when_it_comes(
    middle: Hub, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.2)
    reader = watching(middle, seen=1)
    middle.heard("thing:7", 5)
    time.sleep(0.3)
    board.things["7"] = (5, "there now")
    assert eventually(lambda: reader.versions[-1:] == [5], seconds=1)


def test_what_the_bus_may_have_lost_is_looked_for_at_once(
    middle: Hub, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 60.0)
    reader = watching(middle, seen=1)
    assert eventually(lambda: board.looks == 2)  # Once by the view, once by the hub.
    board.things["7"] = (2, "not announced")
    time.sleep(0.3)
    assert reader.versions == []
    for _ in range(100):
        middle.missed()
    assert eventually(lambda: reader.versions == [2], seconds=1)
    assert board.looks <= 4, "a storm of losses is no storm of questions"


def test_an_inbox_keeps_only_the_newest_message() -> None:
    opened = Stream("thing:7", "en", opening=b"first")
    assert next(opened) == b"first"
    for version in (3, 4, 2):
        opened.offer(Message.of(version, "x"))
    assert b"id: 4\n" in next(opened)
    opened.end()
    assert list(opened) == []


def test_a_failing_template_ends_no_stream_and_is_tried_again(
    middle: Hub, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.2)
    reader = watching(middle, seen=1)
    board.broken = True
    change(middle, board, 2)
    time.sleep(0.3)
    board.broken = False
    assert eventually(lambda: reader.versions == [2], seconds=1)


def test_the_streams_of_a_topic_that_is_gone_are_ended(
    middle: Hub, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.2)
    reader = watching(middle, seen=1)
    del board.things["7"]
    reader.thread.join(2)
    assert not reader.thread.is_alive()
    assert middle.open_streams == 0


def test_it_costs_nothing_when_nobody_watches(middle: Hub, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.05)
    before = threading.active_count()
    middle.publish("thing:7", 2)
    assert threading.active_count() == before
    reader = watching(middle)
    assert eventually(lambda: board.looks > 3)
    reader.stream.end()
    reader.thread.join(2)
    time.sleep(0.1)
    looks = board.looks
    time.sleep(0.3)
    assert board.looks == looks


def test_members_are_asked_about_together_and_one_question_that_fails_ends_nobody_else(
    little: Flask, middle: Hub, board: Board
) -> None:
    contexts: list[object] = []

    def allowed(answer: bool | None) -> Callable[[], bool]:
        def ask() -> bool:
            contexts.append(app_ctx._get_current_object())
            if answer is None:
                raise RuntimeError("the database is away")
            return answer

        return ask

    streams = [Stream("thing:7", "en", seen=1, allowed=allowed(one)) for one in (True, False, None, True, True)]
    kept = middle._topics.still_allowed(streams)
    assert kept == [streams[0], streams[3], streams[4]]
    assert [one._ended for one in streams] == [False, True, True, False, False]
    assert [contexts[0] is one for one in contexts] == [True, True, True, False, False]


# Heartbeats, hanging up, closing


def test_a_quiet_stream_has_a_heartbeat(middle: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stream.HEARTBEAT_SECONDS == 15
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.1)
    reader = watching(middle, seen=1)
    assert eventually(lambda: reader.chunks.count(":\n\n") >= 3)


def test_closing_the_hub_ends_all_streams_and_takes_no_more(middle: Hub) -> None:
    readers = [watching(middle, seen=1) for _ in range(5)]
    middle.close()
    for reader in readers:
        reader.thread.join(1)
    assert middle.open_streams == 0
    with pytest.raises(Full):
        watching(middle)


def test_a_hub_in_a_forked_process_starts_afresh(middle: Hub, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    watching(middle, seen=1)
    monkeypatch.setattr(middle, "_pid", -1)  # As in a child: the state is copied, the threads are not.
    reader = watching(middle)
    assert eventually(lambda: reader.versions == [1])
    assert middle.open_streams == 1


# The view


@pytest.fixture
def client(little: Flask, middle: Hub) -> FlaskClient:
    little.add_url_rule("/live", "live", lambda: live.watch("thing:7", "en"))
    return little.test_client()


def opened(client: FlaskClient, query: str = "", **headers: str) -> tuple[Response, Iterator[bytes]]:
    response = client.get(f"/live?{query}", headers=headers, buffered=False)
    return response, iter(response.response)  # type: ignore[arg-type, return-value]


def test_the_answer_is_a_stream_that_no_one_may_store_or_hold_back(client: FlaskClient) -> None:
    response, chunks = opened(client)
    assert response.mimetype == "text/event-stream"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Accel-Buffering"] == "no"
    assert OPENING.fullmatch(next(chunks).decode())
    assert b"id: 1\n" in next(chunks)
    response.close()


@pytest.mark.parametrize(
    ("query", "header", "versions"),
    [
        ("since=1", None, []),
        ("since=0", None, [1]),
        ("", "1", []),
        ("since=0", "1", []),  # The page is older than what the stream brought since.
        ("since=one", None, [1]),
        ("since=-1", None, [1]),
        ("since=１", None, [1]),
        ("since=99999999999999999999999", None, [1]),
        ("", "1; drop", [1]),
    ],
)
def test_resuming(
    client: FlaskClient,
    middle: Hub,
    query: str,
    header: str | None,
    versions: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.4)
    response, chunks = opened(client, query, **({"Last-Event-ID": header} if header else {}))
    assert OPENING.fullmatch(next(chunks).decode())
    assert (b"id: 1\n" in next(chunks)) is bool(versions)
    response.close()


def test_a_stream_too_many_is_refused_with_when_to_ask_again(client: FlaskClient, middle: Hub) -> None:
    several = [opened(client, "since=1")[0] for _ in range(11)]
    assert [response.status_code for response in several] == [200] * 10 + [503]
    assert several[-1].headers["Retry-After"] == "10"
    several[0].close()
    assert opened(client)[0].status_code == 200


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_streams_are_counted_by_subscriber(address: str, whose: str) -> None:
    assert live.subscriber(address) == whose


def test_a_closed_response_leaves_nothing_behind(client: FlaskClient, middle: Hub) -> None:
    for _ in range(50):
        response, chunks = opened(client)
        next(chunks)
        response.close()
    assert (middle.open_streams, middle._watched, middle._seats._addresses) == (0, {}, {})


def test_a_response_that_is_never_sent_leaves_nothing_behind(little: Flask, client: FlaskClient, middle: Hub) -> None:
    @little.after_request
    def fail(response: Response) -> Response:
        return Response("something else")

    assert client.get("/live").text == "something else"
    gc.collect()
    assert middle.open_streams == 0


def test_one_address_takes_a_quarter_of_the_seats_and_gives_them_back() -> None:
    seats = Seats(streams=80, threads=None)
    crowd = [Line("thing:7", "en", address="192.0.2.7") for _ in range(21)]
    for one in crowd[:20]:
        seats.take(one)
    with pytest.raises(Full):
        seats.take(crowd[20])
    for one in [Line("thing:7", "en", address=f"192.0.2.{number}") for number in range(8, 68)]:
        seats.take(one)
    with pytest.raises(Full):
        seats.take(Line("thing:7", "en", address="192.0.2.99"))
    seats.give_back(crowd[0])
    seats.take(crowd[20])


def test_those_who_hold_a_thread_are_counted_apart() -> None:
    seats = Seats(streams=80, threads=2)
    for number in range(2):
        seats.take(Stream("thing:7", "en", address=f"192.0.2.{number}"))
    with pytest.raises(Full):
        seats.take(Stream("thing:7", "en", address="192.0.2.9"))
    seats.take(Line("thing:7", "en", address="192.0.2.9"))


def test_a_head_request_takes_no_place(client: FlaskClient, middle: Hub) -> None:
    response = client.head("/live")
    assert (response.status_code, response.mimetype) == (200, "text/event-stream")
    assert middle.open_streams == 0


# In the house, with its database


@pytest.fixture
def house(app: Flask) -> Iterator[Callable[[], FlaskClient]]:
    """A house with a table of things and a stream of the first."""
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE thing (id INTEGER PRIMARY KEY, version INTEGER)"))
        connection.execute(sa.text("INSERT INTO thing VALUES (7, 1)"))
    current = sa.text("SELECT version FROM thing WHERE id = 7")

    def render(identifier: str, language: str) -> tuple[int, str]:
        return db.session.execute(current).scalar_one(), "<p>thing</p>"

    def versions(identifiers: tuple[str, ...]) -> dict[int, int]:
        return {7: db.session.execute(current).scalar_one()}

    made = Hub(Topics(app, {"thing": render}, {"thing": versions}), bus.Alone(), streams=10)
    app.extensions["live"] = made
    yield app.test_client
    made.close()


@pytest.mark.database
def test_an_open_stream_holds_no_database_connection(app: Flask, house: Callable[[], FlaskClient]) -> None:
    def view() -> Response:
        db.session.execute(sa.text("SELECT 1"))
        return live.watch("thing:7", "en")

    app.add_url_rule("/thing/live", "thing", public(view))
    db.session.remove()
    responses = [house().get("/thing/live", buffered=False) for _ in range(5)]
    for response in responses:
        chunks = iter(response.response)
        next(chunks)
        next(chunks)
    assert eventually(lambda: db.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]
    for response in responses:
        response.close()


@pytest.mark.database
def test_a_change_between_page_and_stream_is_not_missed_though_the_view_reads_the_past(
    app: Flask, house: Callable[[], FlaskClient]
) -> None:
    def view() -> Response:
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"} if on_postgresql() else {})
        db.session.execute(sa.text("SELECT version FROM thing"))
        with db.engine.begin() as another:
            another.execute(sa.text("UPDATE thing SET version = 2"))
        return live.watch("thing:7", "en")

    app.add_url_rule("/thing/live", "thing", public(view))
    db.session.remove()
    response = house().get("/thing/live?since=1", buffered=False)
    chunks = iter(response.response)
    assert OPENING.fullmatch(next(chunks).decode())
    assert b"id: 2\n" in next(chunks)
    response.close()

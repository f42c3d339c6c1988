"""The same key never makes a second bid (D4, cases 17 and 18)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from gallery import create_app
from gallery.bidding import held, services
from gallery.bidding.models import Receipt
from gallery.core.db import db, transaction
from tests.bidding.books import everything, faults

pytestmark = pytest.mark.database


def again(first):
    """What the answer to a repetition differs in."""
    return services.replace(first, is_repeated=True)


def test_the_same_key_and_bid_gives_the_first_answer_and_no_second_bid(room):
    first = room.bid(room.ana, 250, key="one-key-only")
    before = everything()
    assert room.bid(room.ana, 250, key="one-key-only") == again(first)
    assert everything() == before


def test_the_first_answer_is_given_again_after_others_have_bid(room):
    first = room.bid(room.ana, 250, key="one-key-only")
    room.bid(room.ben, 400)
    room.bid(room.ana, 700)
    before = everything()
    assert room.bid(room.ana, 250, key="one-key-only") == again(first)
    assert everything() == before


def test_who_was_outbid_at_once_hears_so_again(room):
    room.bid(room.ana, 250)
    first = room.bid(room.ben, 200, key="one-key-only")
    room.bid(room.ben, 900)
    assert room.bid(room.ben, 200, key="one-key-only") == again(first)
    assert not first.leads


def test_the_same_key_with_another_amount_is_refused(room):
    room.bid(room.ana, 250, key="one-key-only")
    before = everything()
    with pytest.raises(services.KeyReused):
        room.bid(room.ana, 300, key="one-key-only")
    assert everything() == before


def test_the_same_key_on_another_lot_is_refused(room, make):
    other = make()
    room.bid(room.ana, 250, key="one-key-only")
    before = everything()
    with pytest.raises(services.KeyReused):
        other.bid(room.ana, 250, key="one-key-only")
    assert everything() == before


def test_two_people_may_chance_upon_one_key(room):
    assert room.bid(room.ana, 250, key="one-key-only").seq == 0
    assert room.bid(room.ben, 300, key="one-key-only").seq == 1


@pytest.mark.parametrize("later", [{"seconds": 1}, {"hours": 24, "seconds": 1}, {"days": 3_650}])
def test_a_key_is_kept_for_ever_also_when_the_lot_is_over(room, later):
    first = room.bid(room.ana, 250, key="one-key-only")
    room.now += timedelta(**later)
    assert room.bid(room.ana, 250, key="one-key-only") == again(first)
    room.close()
    assert room.bid(room.ana, 250, key="one-key-only") == again(first)


def test_a_key_outlives_the_block_of_its_bidder(room):
    """Who was blocked after his bid still learns what became of it."""
    from tests.bidding.test_refusals import block

    first = room.bid(room.ana, 250, key="one-key-only")
    block(room, room.ana)
    assert room.bid(room.ana, 250, key="one-key-only") == again(first)


def test_a_key_outlives_the_process(room, app, settings):
    first = room.bid(room.ana, 250, key="one-key-only")
    db.session.remove()
    restarted = create_app(settings)
    with restarted.app_context():
        assert room.bid(room.ana, 250, key="one-key-only") == again(first)
        db.session.remove()
        db.engine.dispose()


def test_a_key_in_flight_waits_and_gets_the_first_answer(room, app):
    """The lot is held while two sends of one bid arrive: one is recorded, both hear the same (case 17, in flight)."""
    db.session.rollback()
    answers = []

    def send():
        with app.app_context():
            answers.append(room.bid(room.ana, 250, key="one-key-only"))

    with transaction() as session:
        held.hold(session, room.lot)
        sends = [threading.Thread(target=send) for _ in range(2)]
        for one in sends:
            one.start()
        for one in sends:
            one.join(0.15)
        assert answers == []
    for one in sends:
        one.join(10)
    assert sorted(answer.is_repeated for answer in answers) == [False, True]
    assert services.replace(answers[0], is_repeated=True) == services.replace(answers[1], is_repeated=True)
    assert len(room.books.bids) == 1


@pytest.mark.parametrize("turn", range(3))
def test_one_key_sent_to_two_lots_at_the_same_moment_makes_one_bid(room, make, app, turn):
    other = make()
    released = threading.Barrier(2)

    def send(lot):
        with app.app_context():
            released.wait()
            try:
                return room.bid(room.ana, 250, key="one-key-only", lot=lot)
            except services.KeyReused:
                return None

    db.session.rollback()
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(send, (room.lot, other.lot)))
    assert sum(answer is not None for answer in answers) == 1
    assert len(room.books.bids) + len(other.books.bids) == 1
    assert faults(other.lot) == []


def test_a_double_click_makes_one_bid(room, app):
    """Case 18: the same form sent eight times at once."""
    released = threading.Barrier(8)
    db.session.rollback()

    def send(_):
        with app.app_context():
            released.wait()
            return room.bid(room.ana, 250, key="one-key-only")

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))
    assert sum(not answer.is_repeated for answer in answers) == 1
    assert {answer.nonce for answer in answers} == {answers[0].nonce}
    assert len(room.books.bids) == 1


def test_another_conflict_in_the_books_is_not_taken_for_a_key(room):
    """A receipt of the next number is there already: nobody may be told that his form was used before."""
    with transaction() as session:
        stray = Receipt(lot_id=room.lot, seq=0, kind="bid", body="{}", digest="0" * 64)
        session.add(stray)
    before = everything()
    with pytest.raises(IntegrityError):
        room.bid(room.ana, 250, key="one-key-only")
    assert everything() == before
    with transaction() as session:
        session.delete(stray)

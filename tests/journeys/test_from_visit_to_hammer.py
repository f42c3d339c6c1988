"""The main job of the house: two strangers become bidders, bid against each other and learn who won (A1, D1-D8).

Once as most people come, and once with JavaScript off, the whole way (A-06).
"""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from functools import partial

import pytest

from gallery.core import clock
from tests import factories
from tests.journeys.conftest import Visit
from tests.journeys.people import Person, text_of, wait_for
from tests.services.house import LiveHouse
from tests.services.smtp import Postbox

SOON_SECONDS = 2.0
ANA, BEN = "ana@example.org", "ben@example.org"
SHORT_SECONDS = 14
"""Of the lot that is fought for to the end: so short that each bid is a late one."""

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_two_strangers_bid_against_each_other_until_the_hammer_falls(
    open_house: LiveHouse, visit: Visit, smtp: Postbox, javascript: bool
) -> None:
    long = factories.open_lot(opening_minor=100_00)
    ana, ben = visit(open_house, "fr", javascript=javascript), visit(open_house, "en", javascript=javascript)
    become_bidder(ana, ANA, "Ana Diop", long, smtp)
    become_bidder(ben, BEN, "Ben Sarr", long, smtp)
    contest(ana, ben, long)
    assert min(ana.waited + ben.waited) < SOON_SECONDS
    end = clock.now() + timedelta(seconds=SHORT_SECONDS)
    short = factories.open_lot(opening_minor=100_00, ends_at=end, soft_close_seconds=SHORT_SECONDS)
    fight_to_the_end(ana, ben, short)
    learn_by_mail(smtp, short)


def become_bidder(who: Person, email: str, name: str, lot_id: int, postbox: Postbox) -> None:
    """A stranger at a lot registers, confirms, is asked for the profile at the first bid, and is back at the lot."""
    who.go(f"/lots/{lot_id}")
    assert who.page.locator("html").get_attribute("lang") in ("fr", "en")
    who.register(email, postbox)
    assert who.path() == f"/lots/{lot_id}", "the link in the mail leads back to the lot"
    who.review("100")
    answer = who.page.locator(f"#lot-{lot_id}-answer")
    answer.wait_for()
    assert answer.get_attribute("data-reason") == "incomplete"
    who.complete_profile(name)
    assert who.path() == f"/lots/{lot_id}?amount=100", "the profile leads back to the lot, with the amount"
    assert who.page.locator("#amount").input_value() == "100"


def contest(ana: Person, ben: Person, lot_id: int) -> None:
    """Each sees what the other did, and how he stands."""
    for person in (ana, ben):
        person.go(f"/lots/{lot_id}")
    assert ana.bid(lot_id, "200 ") == "leading"
    ben.comes_to_see(lot_id, "bids", "1")
    assert ben.reads(lot_id, "price") == "10000"
    assert ben.bid(lot_id, "150") == "outbid"
    ana.comes_to_see(lot_id, "price", "16000")
    assert ana.mood(lot_id) == "leading"
    assert ben.mood(lot_id) == "outbid"
    assert ben.bid(lot_id, "300") == "leading"
    ana.comes_to_see(lot_id, "price", "22000")
    assert ana.mood(lot_id) == "outbid"
    assert ben.mood(lot_id) == "leading"
    assert "300" not in panel(ana, lot_id), "a maximum is its bidder's secret"
    assert "en tête" not in panel(ana, lot_id), "the answer to her own bid still says that she leads"


def fight_to_the_end(ana: Person, ben: Person, lot_id: int) -> None:
    """Late bids move the end on both screens; then it comes."""
    for person in (ana, ben):
        person.go(f"/lots/{lot_id}")
    ends = ana.reads(lot_id, "ends")
    assert ana.bid(lot_id, "200") == "leading"
    moved = ana.reads(lot_id, "ends")
    assert moved > ends
    ben.comes_to_see(lot_id, "ends", moved)
    assert ben.bid(lot_id, "300") == "leading"
    assert "Your bid was recorded. You lead." in panel(ben, lot_id)
    assert "moves the end" in panel(ben, lot_id)
    last = ben.reads(lot_id, "ends")
    assert last > moved
    ana.comes_to_see(lot_id, "ends", last)
    for person in (ana, ben):
        person.comes_to_see(lot_id, "state", "sold", seconds=SHORT_SECONDS + 6)
        assert person.reads(lot_id, "price") == "22000"
    assert ben.mood(lot_id) == "won"
    assert not re.search("You lead|moves the end", panel(ben, lot_id)), "it is over"
    assert ana.mood(lot_id) == "lost"
    assert ana.page.locator("#amount").count() == 0 or ana.javascript, "nothing is asked of anyone any more"


def panel(who: Person, lot_id: int) -> str:
    """What can be seen of the lot's panel."""
    return who.page.locator(f"#lot-{lot_id}-panel").inner_text()


def learn_by_mail(postbox: Postbox, lot_id: int) -> None:
    """Who won and who lost is written to each in the language of his page, with the lot's address."""
    for email, language in ((ANA, "fr"), (BEN, "en")):
        wait_for(f"the outcome's mail to {email}", partial(letters_about, postbox, email, lot_id))
        assert f'lang="{language}"' in text_of(letters_about(postbox, email, lot_id)[-1], "html")


def letters_about(postbox: Postbox, email: str, lot_id: int) -> list[EmailMessage]:
    """The mails to an address that lead to a lot."""
    return [one for one in postbox.to(email) if re.search(rf"/lots/{lot_id}\b", text_of(one))]

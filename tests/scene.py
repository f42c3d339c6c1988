"""A gallery in which everything has happened once: lots of each state, bids, an annulment, parked messages, mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from gallery.auth.models import Member
from gallery.bidding import closing, interventions
from gallery.bidding.services import place_bid
from gallery.content.pages.rules import Kind
from gallery.content.policies import publishing
from gallery.core import clock, mail, outbox
from gallery.core.db import transaction
from gallery.lots import services as lots
from gallery.lots.services import Words
from tests import factories
from tests.content import desk as content
from tests.lots.paint import painting

DESCRIPTION = Words(
    "Painted in four days after months of studies: resurrection, flood and judgement, dissolved into colour.",
    "Peint en quatre jours après des mois d'études : résurrection, déluge et jugement, dissous dans la couleur.",
)


@dataclass(frozen=True)
class Scene:
    """Who is there, and the numbers of the lots by what became of them."""

    ana: Member
    ben: Member
    ada: Member
    open: int
    sold: int
    unsold: int
    upcoming: int
    withdrawn: int


def furnish() -> Scene:
    """Have everything happen. Ana leads the open lot, Ben was outbid on it."""
    publishing.seed(clock.now())
    ana, ben, ada = (
        factories.member(name, roles=roles) for name, roles in (("ana", ()), ("ben", ()), ("ada", ["admin"]))
    )
    running = _open_lot()
    ana_id, ben_id = ana.id, ben.id
    for number, (bidder, amount) in enumerate([(ben_id, 300_000), (ana_id, 900_000), (ben_id, 450_000)]):
        place_bid(running, bidder, amount, f"scene-key-{number}")
    sold, unsold = _past_lot(reserve_minor=None), _past_lot(reserve_minor=900_00)
    now = clock.now()
    for number, lot_id in enumerate((sold, unsold)):
        place_bid(lot_id, ana_id, 200_00, f"scene-past-{number}", now=now - timedelta(hours=2))
        place_bid(lot_id, ben_id, 150_00, f"scene-lost-{number}", now=now - timedelta(hours=2))
        closing.close_lot(lot_id, now=now)
    later = now + timedelta(days=2)
    upcoming = factories.open_lot(opens_at=later, ends_at=later + timedelta(hours=2))
    withdrawn = factories.open_lot()
    place_bid(withdrawn, ana_id, 300_00, "scene-withdrawn-1")
    place_bid(withdrawn, ben_id, 500_00, "scene-withdrawn-2")
    interventions.annul_bid(withdrawn, 1, interventions.Reason.TYPING_ERROR, ada.id)
    interventions.withdraw_lot(withdrawn, interventions.Reason.DAMAGED, ada.id)
    _leave_messages()
    _write()
    return Scene(ana, ben, ada, running, sold, unsold, upcoming, withdrawn)


def _open_lot() -> int:
    """As full as a lot can be, in francs, with neighbours in its sale."""
    artist = lots.create_artist("Wassily Kandinsky", born=1866, died=1944, about=Words("A painter.", "Un peintre."))
    sale = factories.sale(currency="XOF")
    factories.open_lot(sale_id=sale, currency="XOF", opening_minor=50_000)
    lot_id = factories.open_lot(
        sale_id=sale,
        currency="XOF",
        opening_minor=200_000,
        title=Words("Composition VII", "Composition VII"),
        artist_id=artist,
        year="1913",
        medium=Words("Oil on canvas", "Huile sur toile"),
        description=DESCRIPTION,
        condition=Words("Good for its age; a report on request", "Bon pour son âge ; rapport sur demande"),
        provenance=Words("Private collection, Saint-Louis", "Collection privée, Saint-Louis"),
        height_mm=2000,
        width_mm=3000,
        estimate_minor=(600_000, 1_000_000),
        shipping_minor={"collection": 0, "senegal": 4_500, "west_africa": 15_000, "europe": 45_000, "world": 70_000},
    )
    factories.open_lot(sale_id=sale, currency="XOF", opening_minor=50_000)
    alt = Words("A storm of colours and lines around an oval", "Une tempête de couleurs et de lignes autour d'un ovale")
    lots.add_picture(lot_id, painting(960, 640), alt=alt)
    lots.add_picture(lot_id, painting(480, 640), alt=alt)
    return lot_id


def _past_lot(reserve_minor: int | None) -> int:
    now = clock.now()
    return factories.open_lot(
        opens_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1), reserve_minor=reserve_minor
    )


def _write() -> None:
    """What editors write: a page with everything in it, a help topic, the home page, a banner."""
    everything = "## A {#a}\n\n| b | c |\n| --- | ---: |\n| d | 1 |\n\n- [e](/help)\n\n> f\n\n`g`"
    content.public(Kind.PAGE, "about", body_fr=everything, body_en=everything)
    content.public(Kind.HELP, "bidding")
    content.public(Kind.HOME, "home", title_en="", body_en="")
    content.public(Kind.BANNER, "spring", link="/sales/")


def _leave_messages() -> None:
    """One mail that was written, and one message that nothing more is tried for."""
    with transaction():
        mail.post(
            mail.Letter("ben@example.org", "A letter", "Good day,\n\nhttp://127.0.0.1/lots/1\n", "<p></p>"), "scene"
        )
    outbox.deliver_due()
    with transaction() as session:
        outbox.put("test", "scene-parked", {})
        session.execute(
            sa.update(outbox.OutboxMessage)
            .where(outbox.OutboxMessage.key == "scene-parked")
            .values(state="dead", last_error="TimeoutError", attempts=14)
        )

"""The pages that everybody may open, without JavaScript: each is inspected by the client as it comes."""

import re
from datetime import timedelta
from itertools import product
from urllib.parse import parse_qs, urlsplit

import brotli
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from gallery.core.clock import FrozenClock
from gallery.core.db import db, transaction
from gallery.lots import forms, queries, services
from gallery.lots.models import Lot
from gallery.lots.services import Words
from tests import factories
from tests.inspection import InspectingClient
from tests.lots.paint import painting

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#found"}
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def wave(app: Flask) -> int:
    """A lot with an artist, two views and everything that can be said of it."""
    lot_id = factories.open_lot(
        sale_id=factories.sale(currency="XOF"),
        artist_id=services.create_artist(
            "Katsushika Hokusai", born=1760, died=1849, about=Words("A master.", "Un maître.")
        ),
        opening_minor=150_000,
        reserve_minor=987_654,
        estimate_minor=(150_000, 250_000),
        category="print",
        year="1831",
        height_mm=257,
        width_mm=379,
        medium=Words("Woodblock print", "Estampe"),
        description=Words("Late impression.", "Épreuve tardive."),
        condition=Words("Good", "Bon"),
        provenance=Words("Private collection", "Collection privée"),
        shipping_minor={"collection": 0, "senegal": 4_500, "europe": 35_000},
    )
    for words in (Words("A huge wave", "Une vague immense"), Words("Detail", "Détail")):
        services.add_picture(lot_id, painting(1000, 700), alt=words)
    return lot_id


def links(response: TestResponse) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', response.text)]


def lots_in(response: TestResponse) -> list[int]:
    """The lots of the cards, in their order."""
    return [int(one) for one in re.findall(r'<li class="card"><a href="/lots/(\d+)"', response.text)]


@pytest.mark.database
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_opens_in_both_languages(client: InspectingClient, wave: int, lang: str) -> None:
    sale = "/sales/mers-et-rivages"
    for path in ("/", "/lots/", f"/lots/{wave}", "/sales/", sale, "/artists/", "/artists/katsushika-hokusai"):
        page = client.get(path, query_string={"lang": lang})
        assert page.status_code == 200, path
        assert f'<html lang="{lang}"' in page.text
        assert "Save-Data" in page.headers["Vary"]
        if path not in ("/sales/", "/artists/"):
            assert {"fr": "La Grande Vague", "en": "The Great Wave"}[lang] in page.text, path


def test_an_empty_house_has_pages_too(client: InspectingClient) -> None:
    for path in ("/", "/lots/", "/lots/?status=all", "/sales/", "/artists/"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/lots/0",
            "/lots/-1",
            "/lots/999",
            f"/lots/{2**63}",
            f"/lots/{10**30}",
            "/lots/1x",
            "/lots/1.0",
            "/lots/1%00",
        ),
        *("/lots/٣", "/sales/nothing", "/sales/%00", "/sales/../keys", "/artists/nobody", "/artists/' OR 1=1"),
        *("/artists/" + "a" * 5000, "/pictures/x", "/pictures/..%2Fkeys%2Fsecret_key", "/pictures/%00"),
        "/pictures/" + "a" * 32 + "-480.avif",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: InspectingClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert "<h1" in page.text
    assert 'href="/lots/"' in page.text


def test_a_sale_in_preparation_is_shown_to_staff_alone(client: InspectingClient, app: Flask) -> None:
    sale_id = factories.sale()
    lot_id = factories.open_lot(sale_id=sale_id)
    factories.hide(sale_id)
    assert {client.get(path).status_code for path in (f"/lots/{lot_id}", "/sales/mers-et-rivages")} == {404}
    assert lots_in(client.get("/lots/?status=all")) == lots_in(client.get("/")) == []
    factories.sign_in(client, factories.member("ana"))
    assert {client.get(path).status_code for path in (f"/lots/{lot_id}", "/sales/mers-et-rivages")} == {404}
    staff = app.test_client()
    factories.sign_in(staff, factories.member("ada", roles=["admin"]))
    assert staff.get("/sales/mers-et-rivages").status_code == 200


def test_the_page_of_a_lot_tells_everything_in_order(client: InspectingClient, wave: int) -> None:
    page = client.get(f"/lots/{wave}?lang=en").text
    facts = ["Katsushika Hokusai", "(1760–1849)", "lot 1 of 1", "Woodblock print", "1831", "25.7 × 37.9 cm", "Good"]
    facts += ["Private collection", "Late impression.", "150,000 – 250,000", "4,500", "35,000", "A huge wave", "Detail"]
    assert [fact for fact in facts if fact not in page.replace("\u00a0F\u202fCFA", "")] == []
    order = [
        page.index(mark)
        for mark in ("<picture>", 'class="panel"', f'id="lot-{wave}-standing"', "<h2>Description", "<dl")
    ]
    assert order == sorted(order)


def test_a_text_that_is_missing_is_shown_in_the_other_language_and_marked(client: InspectingClient) -> None:
    lot_id = factories.open_lot(title=Words("", "Sans titre"), description=Words("", "Rien à dire."))
    page = client.get(f"/lots/{lot_id}?lang=en").text
    assert '<h1 lang="fr">Sans titre</h1>' in page
    assert re.search(r'lang="fr"[^>]*>Rien à dire\.', page)


@pytest.mark.database
def test_no_visitor_learns_the_reserve_or_who_sells(client: InspectingClient, wave: int, app: Flask) -> None:
    """I9: the amount is in no page, and no page asks the database for it."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    for path in (
        "/",
        "/lots/",
        f"/lots/{wave}",
        "/sales/mers-et-rivages",
        "/artists/katsushika-hokusai",
        f"/lots/{wave}/standing",
    ):
        text = client.get(path).text
        assert not re.search(r"987.?654", text), path
        assert "sol@" not in text
    event.remove(db.engine, "before_cursor_execute", note)
    chosen = " ".join(re.sub(r"reserve_minor IS NOT NULL", "", one.partition("FROM")[0]) for one in asked)
    assert "price_minor" in chosen
    assert "reserve_minor" not in chosen
    assert "seller_id" not in chosen


def test_a_lot_costs_four_statements_and_no_entity(app: Flask, wave: int) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    db.session.expunge_all()
    event.listen(db.engine, "before_cursor_execute", note)
    lot = queries.lot_page(wave)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in asked if one.startswith("SELECT")]) == 4
    assert list(db.session) == []
    assert lot.has_reserve
    assert not hasattr(lot, "reserve_minor")


@pytest.mark.database
def test_the_links_to_more_lead_through_the_whole_catalogue(client: InspectingClient) -> None:
    sale_id = factories.sale(lot_interval_seconds=0)
    lots = [factories.open_lot(sale_id=sale_id) for _ in range(30)]
    for start in ("/lots/", "/lots/?category=painting&status=all&sort=-price", "/sales/mers-et-rivages"):
        page = client.get(start)
        met = lots_in(page)
        assert len(met) == 24
        (more,) = [link for link in links(page) if "after=" in link and "lang=" not in link]
        given, kept = parse_qs(urlsplit(start).query), parse_qs(urlsplit(more).query)
        assert given.items() <= kept.items()
        second = client.get(more)
        met += lots_in(second)
        assert sorted(met) == lots
        assert start in links(second)
        assert not [link for link in links(second) if "after=" in link and "lang=" not in link]


def test_the_form_works_without_a_script(client: InspectingClient) -> None:
    """Every field's name and every choice's value is one that the address understands."""
    factories.open_lot(category="print", artist_id=services.create_artist("Katsushika Hokusai"))
    page = client.get("/lots/").text
    form = page[page.index("<form action") : page.index("</form>", page.index("<form action"))]
    assert set(re.findall(r'name="(\w+)"', form)) == set(forms.NAMES)
    assert 'method="post"' not in form
    for name, choices in re.findall(r'<select id="\w+" name="(\w+)">(.*?)</select>', form, re.DOTALL):
        for value in re.findall(r'<option value="([^"]*)"', choices):
            answer = client.get("/lots/", query_string={name: value, "q": "", "from": "", "to": ""})
            assert 'class="notice' not in answer.text.partition("<footer")[0], (name, value)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("category=nft", "no kind of work “nft”"),
        ("artist=nobody", "no artist “nobody”"),
        ("artist=%27%20OR%201%3D1--", "no artist"),
        ("status=stolen", "be “stolen”; those"),
        ("sort=random()", "be sorted by “random()”"),
        ("currency=BTC", "“BTC” is no currency"),
        ("from=1e9", "“1e9” is not a price"),
        ("to=-5", "“-5” is not a price"),
        ("from=20&to=10", "The lowest price is above the highest"),
        ("q=%2A%2A%2A", "Search by letters and digits"),
        ("q=%F0%9F%8E%A8", "Search by letters and digits"),
        ("after=nonsense", "not there any more"),
        ("category=%3Cscript%3Ealert(1)%3C/script%3E", "no kind of work “&lt;script&gt;"),
        ("artist=" + "a" * 9000, "…”"),
    ],
)
def test_a_wrong_value_gets_a_sentence_and_costs_nothing_else(client: InspectingClient, query: str, words: str) -> None:
    wanted = factories.open_lot(category="print")
    page = client.get(f"/lots/?lang=en&{query}")
    assert page.status_code == 200
    assert words in page.text
    assert lots_in(page) == [wanted]
    narrowed = client.get(f"/lots/?lang=en&category=textile&{query}")
    assert words in narrowed.text or "category=" in query
    assert "category=" in query or lots_in(narrowed) == []


def test_of_a_doubled_parameter_the_first_counts(client: InspectingClient) -> None:
    wanted = factories.open_lot(category="print")
    assert lots_in(client.get("/lots/?category=print&category=textile")) == [wanted]


def test_what_was_typed_stands_in_the_form_again(client: InspectingClient) -> None:
    page = client.get('/lots/?q="vague"%20<b>&sort=bids&from=10&currency=EUR').text
    assert 'value="&#34;vague&#34; &lt;b&gt;"' in page
    assert '<option value="bids" selected>' in page
    assert "<details open>" in page


def test_htmx_gets_the_very_part_that_the_page_holds(client: InspectingClient) -> None:
    factories.open_lot()
    page, part = client.get("/lots/?q=vague"), client.get("/lots/?q=vague", headers=HTMX)
    assert part.text.strip() in page.text
    assert "<html" not in part.text
    assert part.text.lstrip().startswith('<section id="found"')
    assert "HX-Request" in part.headers["Vary"]
    assert "<html" in client.get("/lots/?q=vague", headers=HTMX | {"HX-Request-Type": "full"}).text


def test_a_lot_stands_where_the_clock_puts_it(client: InspectingClient, stopped: FrozenClock) -> None:
    """D10: pages are right although no job opens or closes anything here."""
    opens_at, ends_at = factories.NOON + 10 * MINUTE, factories.NOON + 20 * MINUTE
    lot_id = factories.open_lot(opens_at=opens_at, ends_at=ends_at)

    def told(path: str) -> str:
        return client.get(path, query_string={"lang": "en"}).text

    assert "Next sales" in told("/")
    assert "Upcoming" in told("/sales/mers-et-rivages")
    stopped.tick(minutes=10)
    assert lots_in(client.get("/")) == lots_in(client.get("/lots/?status=open")) == [lot_id]
    stopped.tick(minutes=10)
    assert lots_in(client.get("/")) == lots_in(client.get("/lots/?status=open")) == []
    assert "Results" in told("/sales/mers-et-rivages")
    assert lots_in(client.get("/lots/?status=ended")) == [lot_id]
    with transaction() as session:
        session.execute(sa.update(Lot).values(state="sold", bids=3, price_minor=420_00))
    assert "1 of 1 lots, for €420 in all" in told("/sales/mers-et-rivages")
    assert "Sold for" in told("/")
    assert lots_in(client.get("/")) == [lot_id]


def test_neighbours_and_sale_are_a_click_away(client: InspectingClient) -> None:
    sale_id = factories.sale()
    first, second, third = (factories.open_lot(sale_id=sale_id) for _ in range(3))
    around = {one: set(links(client.get(f"/lots/{one}"))) for one in (first, second, third)}
    assert {f"/lots/{first}", f"/lots/{third}", "/sales/mers-et-rivages"} <= around[second]
    assert f"/lots/{third}" not in around[first]
    assert f"/lots/{first}" not in around[third]


def test_past_sales_and_artists_go_on_behind_a_page(client: InspectingClient) -> None:
    noon = factories.NOON
    for day in range(1, 24):
        sale_id = factories.sale(opens_at=noon - timedelta(days=day + 1), ends_at=noon - timedelta(days=day))
        factories.open_lot(sale_id=sale_id)
    page = client.get("/sales/?lang=en")
    (more,) = [link for link in links(page) if "after=" in link and "lang=" not in link]
    shown = [link for one in (page, client.get(more)) for link in links(one) if re.match(r"/sales/m", link)]
    assert len(shown) == len(set(shown)) == 23
    assert "not there any more" in client.get("/sales/?lang=en&after=zzz").text
    assert "not there any more" in client.get("/artists/?lang=en&after=zzz").text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_lot_fits_into_the_first_packets(client: InspectingClient, wave: int, lang: str) -> None:
    """P2, goal 8: HTML and the CSS that the first view needs, as a browser gets them."""
    page = client.get(f"/lots/{wave}?lang={lang}")
    assert len(brotli.compress(page.data, quality=5)) < 4096


# Pictures


def picture_links(text: str) -> list[str]:
    return sorted(set(re.findall(r"/pictures/[\w.-]+", text)))


def test_every_picture_that_a_page_names_is_there(client: InspectingClient, wave: int) -> None:
    named = picture_links(client.get(f"/lots/{wave}").text)
    assert {name.rpartition(".")[2] for name in named} == {"avif", "webp", "jpg"}
    for name in named:
        answer = client.get(name)
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert {"public", "immutable", "max-age=31536000"} <= set(answer.headers["Cache-Control"].split(", "))
        assert (
            answer.mimetype
            == {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}[name.rpartition(".")[2]]
        )
        again = client.get(name, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_lot_without_a_picture_leaves_no_empty_wall(client: InspectingClient) -> None:
    bare = factories.open_lot()
    page = client.get("/lots/").text
    assert f'href="/lots/{bare}"' in page
    assert 'class="wall"' not in page
    lot = client.get(f"/lots/{bare}").text
    assert 'class="wall"' not in lot
    assert re.search(r'<article class="lot">\s*<div class="panel">', lot), "no empty column either"
    services.add_picture(bare, painting(480, 320), alt=Words("a", "b"))
    assert 'class="wall"' in client.get("/lots/").text
    assert 'class="wall"' in client.get(f"/lots/{bare}").text


SLOW_OR_SAVING = (
    ({"Save-Data": "on"}, "sav(es|e) data"),
    ({"ECT": "2g", "Downlink": "1.5"}, "line is slow"),
    ({"ECT": "slow-2g"}, "line is slow"),
    ({"ECT": "3g", "Downlink": "0.4"}, "line is slow"),
    ({"ECT": "2g", "Save-Data": "on"}, "sav(es|e) data"),
)
USUAL: tuple[dict[str, str], ...] = ({}, {"Save-Data": "off"}, {"ECT": "3g", "Downlink": "0.7"}, {"Downlink": "x"})
WITH_PICTURES = ("/", "/lots/", "/lots/{}", "/sales/mers-et-rivages")


def test_who_saves_data_or_has_a_slow_line_gets_small_pictures_and_is_told(client: InspectingClient, wave: int) -> None:
    """P4: and one link leads to the large picture all the same."""
    for path, (line, words) in product(WITH_PICTURES, SLOW_OR_SAVING):
        light = client.get(path.format(wave), headers=line | {"Accept-Language": "en"})
        shown = re.findall(r'(?:src|srcset)="([^"]+)"', light.text)
        widths = {int(width) for one in shown for width in re.findall(r"-(\d+)\.(?:avif|webp|jpg)", one)}
        assert widths <= {240, 480}, (path, line)
        assert "data:image" not in light.text
        assert re.search(words, light.text), (path, line)
        large = re.search(r'<a href="/pictures/\w+-960\.jpg">Enlarge</a>', light.text)
        assert bool(large) is ("{}" in path)


def test_who_has_a_usual_line_gets_all_pictures(client: InspectingClient, wave: int) -> None:
    for path, line in product(WITH_PICTURES, USUAL):
        usual = client.get(path.format(wave), headers=line | {"Accept-Language": "en"})
        assert "-960." in usual.text, (path, line)
        assert "data:image" in usual.text
        assert not re.search("sav(es|e) data|line is slow", usual.text)
        assert {"Save-Data", "ECT", "Downlink"} <= set(usual.vary)
        assert usual.headers["Accept-CH"] == "ECT, Downlink", "else no browser tells"

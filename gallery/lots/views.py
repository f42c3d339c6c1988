"""The pages that everybody may open: home, sales, catalogue, lots, artists, and their pictures."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for
from flask_login import current_user

from gallery.account import company_forms, company_queries
from gallery.consents.rules import Purpose
from gallery.consents.setup import consented, first_layer
from gallery.content.pages.reading import home_words
from gallery.core import access, clock, files, kept, pictures, preferences, thrift
from gallery.core.errors import Missing
from gallery.core.htmx import respond, wants_partial
from gallery.core.i18n import _, current_locale
from gallery.core.web import revalidated
from gallery.lots import catalogue, forms, fragments, labels, panels, queries
from gallery.lots.catalogue import BadMark, Filters, Mark, Sort, Status
from gallery.lots.facts import ArtistFacts, Card, LotPage, Picture, SaleFacts
from gallery.lots.rules import SaleStatus

bp = Blueprint("lots", __name__)

HOME_CARDS = 8
ARTISTS_PER_PAGE = 60
SALES_PER_PAGE = 20
A_YEAR = 365 * 24 * 3600


@bp.get("/")
@access.public
def home() -> Response:
    """What is running, what is coming, what went for how much."""
    now = clock.now()
    running = queries.running_sales(now, most=4)
    shown = [(sale, _light(catalogue.ending_soonest(sale.id, now, HOME_CARDS))) for sale in running[:2]]
    return _page(
        "lots/home.html",
        now,
        words=home_words(now),
        shown=shown,
        running=running[2:],
        upcoming=queries.upcoming_sales(now, most=6),
        sold=_light(catalogue.latest_sold(now, HOME_CARDS // 2)),
    )


@bp.get("/lots/")
@access.public
def index() -> Response:
    """The catalogue: lots by words, artist, category, sale, status and price, in an order (C3)."""
    asked = forms.read(request.args)
    found = _listing(asked.filters, asked.problems)
    query: dict[str, Any] = dict(asked.query)
    response = respond(
        "lots/index.html",
        "lots/_found.html",
        asked=asked,
        labels=labels,
        fragments=fragments,
        artists=queries.artist_choices(),
        sales=queries.sale_choices(),
        # Counting reads up to a thousand lots: once, on the first page.
        total=None if found["is_later"] else catalogue.count(asked.filters, found["now"]),
        **_links("lots.index", found, **query),
        **found,
    )
    thrift.heed(response)
    if wants_partial():
        # The address of what was understood, without the form's empty fields.
        response.headers["HX-Push-Url"] = url_for("lots.index", **query)
    return revalidated(response)


@bp.get("/lots/<int:lot_id>")
@access.public
def show(lot_id: int) -> Response:
    """The page of one lot, for a visitor rendered once a version. What belongs to its bids is added by lots.panels."""
    if not kept.is_for_anybody() or consented(Purpose.ADS):
        return show_page(lot_id)
    lot, seen, asks = queries.lot_page(lot_id), panels.shown(lot_id), first_layer()
    reader = current_locale(), preferences.chosen_currency(), thrift.wanted(), asks and asks.digest
    return _answered(kept.page(("lot", lot, *seen.values(), *reader), lambda: _whole_page(lot, seen)))


def show_page(lot_id: int, status: int = 200) -> Response:
    """The page of a lot, also as the answer to a form on it that came back."""
    return _answered(_whole_page(queries.lot_page(lot_id, current_user), panels.shown(lot_id)), status)


def _whole_page(lot: LotPage, seen: dict[str, Hashable]) -> str:
    lot = replace(lot, pictures=tuple(map(_fitting_line, lot.pictures)))
    return render_template("lots/show.html", labels=labels, fragments=fragments, lot=lot, **panels.context(seen))


@bp.get("/sales/")
@access.public
def sales() -> Response:
    """The programme: running, announced and past sales."""
    now = clock.now()
    behind, stale = _behind(SaleFacts)
    past = queries.past_sales(now, SALES_PER_PAGE + 1, behind)
    more = past[SALES_PER_PAGE - 1] if len(past) > SALES_PER_PAGE else None
    return _page(
        "lots/sales.html",
        now,
        running=[] if behind else queries.running_sales(now),
        upcoming=[] if behind else queries.upcoming_sales(now),
        past=past[:SALES_PER_PAGE],
        problems=[_page_unknown()] if stale else [],
        next_url=url_for("lots.sales", after=more.slug) if more else "",
        first_url=url_for("lots.sales") if behind else "",
    )


@bp.get("/sales/<slug>")
@access.public
def sale(slug: str) -> Response:
    """A sale, with all its lots in their order, and its results once it is over."""
    facts = queries.visible_sale(slug, current_user)
    found = _listing(Filters(sale_id=facts.id, status=Status.ALL, sort=Sort.NUMBER), [])
    status = facts.status(found["now"])
    is_over = status in (SaleStatus.CLOSING, SaleStatus.RESULTS)
    return _page(
        "lots/sale.html",
        found.pop("now"),
        sale=facts,
        status=status,
        results=queries.results_of(facts.id) if is_over else None,
        **_links("lots.sale", found, slug=slug),
        **found,
    )


@bp.get("/artists/")
@access.public
def artists() -> Response:
    """All artists of whom there is or was a lot."""
    behind, stale = _behind(ArtistFacts)
    found = queries.artists(ARTISTS_PER_PAGE + 1, behind)
    more = found[ARTISTS_PER_PAGE - 1] if len(found) > ARTISTS_PER_PAGE else None
    return _page(
        "lots/artists.html",
        clock.now(),
        artists=found[:ARTISTS_PER_PAGE],
        problems=[_page_unknown()] if stale else [],
        next_url=url_for("lots.artists", after=more.slug) if more else "",
        first_url=url_for("lots.artists") if behind else "",
    )


@bp.get("/artists/<slug>")
@access.public
def artist(slug: str) -> Response:
    """An artist, and the lots: those to come first, then what others went for (C9)."""
    facts = queries.visible_artist(slug)
    found = _listing(Filters(artist_id=facts.id, status=Status.ALL), [])
    return _page("lots/artist.html", found.pop("now"), artist=facts, **_links("lots.artist", found, slug=slug), **found)


@bp.get("/sellers/<ref>")
@access.public
def seller(ref: str) -> Response:
    """Who a trader is by law, and the lots that he has open or to come (C9, C-07)."""
    trader = company_queries.trader(ref)
    found = _listing(Filters(seller_id=trader.member_id), [])
    page = _links("lots.seller", found, ref=ref)
    return _page("lots/seller.html", found.pop("now"), **company_forms.shown(trader), **page, **found)


@bp.get("/pictures/<name>")
@access.public
def picture(name: str) -> Response:
    """One variant of a picture. Its name tells its content, so browsers never ask again."""
    kind = pictures.type_of(name)
    path = files.store().path(f"{pictures.AREA}/{name}") if kind else None
    if path is None:
        raise Missing
    # The file's date and size make the ETag: a name never gets another content.
    response = send_file(path, mimetype=kind, conditional=True, max_age=A_YEAR)
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@bp.app_template_global()
def picture_url(file: str, width: int | str, kind: str) -> str:
    """The address of one variant of a picture."""
    return pictures.address(file, width, kind)


@bp.app_template_global("thrift")
def _thrift() -> thrift.Thrift:
    return thrift.wanted()


def _page(template: str, now: datetime, **context: Any) -> Response:
    context.setdefault("problems", [])
    return _answered(render_template(template, now=now, labels=labels, fragments=fragments, **context))


def _answered(rendered: str, status: int = 200) -> Response:
    """A page with pictures, which differs by the visitor's line; a visitor who has it already is told so."""
    response = make_response(rendered, status)
    thrift.heed(response)
    return revalidated(response)


def _listing(filters: Filters, problems: list[str]) -> dict[str, Any]:
    """One page of lots behind the mark in the address; a mark that is not ours gives the first page and a sentence."""
    now = clock.now()
    mark = None
    if text := request.args.get("after"):
        try:
            mark = Mark.read(text, filters.sort, now)
        except BadMark:
            problems.append(_page_unknown())
    found = catalogue.page(filters, mark, now)
    return {
        "cards": _light(found.cards),
        "after": found.after,
        "is_later": mark is not None,
        "now": now,
        "problems": problems,
    }


def _links(endpoint: str, found: dict[str, Any], **query: Any) -> dict[str, Any]:
    """The addresses of the next and of the first page of a listing; "" where there is none."""
    after = found.pop("after")
    return {
        "next_url": url_for(endpoint, **query, after=after) if after else "",
        "first_url": url_for(endpoint, **query) if found["is_later"] else "",
    }


def _behind(kind: type[SaleFacts] | type[ArtistFacts]) -> tuple[Any, bool]:
    """Behind which sale or artist a list goes on, and whether the address named one that is not there."""
    slug = request.args.get("after", "")
    if not slug:
        return None, False
    try:
        if kind is SaleFacts:
            sale = queries.visible_sale(slug)
            return (sale.opens_at, sale.id), False
        artist = queries.visible_artist(slug)
        return (artist.sort_name, artist.id), False
    except Missing:
        return None, True


def _page_unknown() -> str:
    return str(_("This page of the list is not there any more, so you see the first one."))


def _light(cards: list[Card]) -> list[Card]:
    """The cards with pictures that fit the visitor's line."""
    if not thrift.wanted():
        return cards
    return [replace(card, picture=_fitting_line(card.picture)) if card.picture else card for card in cards]


def _fitting_line(view: Picture) -> Picture:
    """The picture, or for a visitor who saves data or has a slow line its small variants, without the preview (P4)."""
    if not thrift.wanted():
        return view
    return replace(view, widths=pictures.lighter(view.widths), preview="")


@bp.app_template_filter()
def percent(basis_points: int) -> str:
    """A share of hundredths of a percent, without needless decimals: 900 gives "9", 1250 "12.5"."""
    return f"{basis_points / 100:g}"


@bp.app_template_filter()
def centimetres(millimetres: int, locale: str) -> str:
    """« 25,7 », "25.7"."""
    whole, rest = divmod(millimetres, 10)
    point = "," if locale == "fr" else "."
    return f"{whole}{point}{rest}" if rest else str(whole)

"""Reading sales, artists and lots, as rows and never as entities: these are the pages that everybody opens.

Nothing here selects a reserve's amount, or who a private seller is; whether there is a reserve, and whether it is met,
is public, and so is a trader's company (C9).
What the clock decides (a lot is open, a sale is over) is derived from times and not from what was written last (D10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gallery.account.models import Company, Profile
from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.core.prepared import Prepared
from gallery.lots.facts import ArtistFacts, LotFacts, LotPage, Picture, SaleFacts
from gallery.lots.models import Artist, Lot, LotPicture, Sale, ShippingRate
from gallery.lots.rules import Phase, Zone

artist, sale, lot = Artist.__table__, Sale.__table__, Lot.__table__
picture, rate = LotPicture.__table__, ShippingRate.__table__
profile, company = Profile.__table__, Company.__table__

LARGEST_ID = 2**63 - 1


def _of(table: Any, kind: type) -> list[Any]:
    """The columns of the table that a dataclass has fields for; the secret ones have none."""
    return [table.c[one.name] for one in fields(kind) if one.name in table.c]


_others = lot.alias("others")
_first_end = sa.func.coalesce(
    sa.select(sa.func.min(lot.c.ends_at)).where(lot.c.sale_id == sale.c.id).scalar_subquery(), sale.c.first_ends_at
)
_last_end = sa.func.coalesce(
    sa.select(sa.func.max(lot.c.ends_at)).where(lot.c.sale_id == sale.c.id).scalar_subquery(), sale.c.first_ends_at
)
_lots_of_sale = sa.func.coalesce(
    sa.select(sa.func.max(lot.c.number)).where(lot.c.sale_id == sale.c.id).correlate(sale).scalar_subquery(), 0
)

_LOT = Prepared(
    sa.select(
        *_of(lot, LotFacts),
        lot.c.reserve_minor.is_not(None).label("has_reserve"),
        sale.c.slug.label("sale_slug"),
        sale.c.title_en.label("sale_title_en"),
        sale.c.title_fr.label("sale_title_fr"),
        sa.select(sa.func.max(_others.c.number))
        .where(_others.c.sale_id == sale.c.id)
        .scalar_subquery()
        .label("sale_lots"),
        sale.c.is_published,
        sale.c.currency,
        sale.c.increment_table,
        sale.c.soft_close_seconds,
        sale.c.soft_close_cap_seconds,
        sale.c.premium_bp,
        sale.c.premium_fixed_minor,
        sale.c.resale_right,
        artist.c.slug.label("artist_slug"),
        artist.c.name.label("artist_name"),
        artist.c.born.label("artist_born"),
        artist.c.died.label("artist_died"),
        profile.c.sells_as.label("seller_sells_as"),
        company.c.ref.label("seller_ref"),
        company.c.name.label("seller_company"),
    )
    .join(sale, sale.c.id == lot.c.sale_id)
    .outerjoin(artist, artist.c.id == lot.c.artist_id)
    .outerjoin(profile, profile.c.member_id == lot.c.seller_id)
    .outerjoin(company, company.c.member_id == lot.c.seller_id)
    .where(lot.c.id == sa.bindparam("lot_id"))
)
_PICTURES = Prepared(
    sa.select(*_of(picture, Picture)).where(picture.c.lot_id == sa.bindparam("lot_id")).order_by(picture.c.position)
)
_RATES = Prepared(sa.select(rate.c.zone, rate.c.cost_minor).where(rate.c.lot_id == sa.bindparam("lot_id")))
_NEIGHBOURS = Prepared(
    sa.select(lot.c.number, lot.c.id).where(
        lot.c.sale_id == sa.bindparam("sale_id"),
        lot.c.number.in_([sa.bindparam("before"), sa.bindparam("behind")]),
    )
)
_SALES = sa.select(
    *(column for column in _of(sale, SaleFacts) if column is not sale.c.first_ends_at),
    sa.type_coerce(_first_end, sale.c.first_ends_at.type).label("first_ends_at"),
    sa.type_coerce(_last_end, sale.c.first_ends_at.type).label("last_ends_at"),
    _lots_of_sale.label("lots"),
)
_shown = (
    sa.select(sa.func.count())
    .select_from(lot.join(sale, sale.c.id == lot.c.sale_id))
    .where(lot.c.artist_id == artist.c.id, sale.c.is_published)
    .correlate(artist)
    .scalar_subquery()
)
_ARTISTS = sa.select(*_of(artist, ArtistFacts), _shown.label("lots"))


def visible_lot(lot_id: int, asker: Any = None) -> LotFacts:
    """What anyone may know of the lot, in one statement; raises Missing when it is not for the asker's eyes.

    A lot of a sale that is not published yet is seen by the staff and by its seller. `asker` is `current_user`, a
    member or None; it is only looked at when that matters, so that public pages need not load it.
    """
    return LotFacts(**_visible(lot_id, asker))


def lot_page(lot_id: int, asker: Any = None) -> LotPage:
    """The lot with pictures, shipping and neighbours, in four statements; raises Missing like `visible_lot`."""
    facts = _visible(lot_id, asker)
    beside = {"sale_id": facts["sale_id"], "before": facts["number"] - 1, "behind": facts["number"] + 1}
    around = {row.number: row.id for row in _NEIGHBOURS.rows(db.session(), beside)}
    costs = dict(_RATES.rows(db.session(), {"lot_id": lot_id}))
    return LotPage(
        **facts,
        pictures=tuple(Picture(*row) for row in _PICTURES.rows(db.session(), {"lot_id": lot_id})),
        shipping=tuple((zone, costs[zone]) for zone in Zone if zone in costs),
        previous_id=around.get(facts["number"] - 1),
        next_id=around.get(facts["number"] + 1),
    )


def visible_sale(slug: str, asker: Any = None) -> SaleFacts:
    """A published sale, or for the staff any; raises Missing."""
    for row in _sales(sale.c.slug == slug):
        published = db.session.execute(sa.select(sale.c.is_published).where(sale.c.id == row.id)).scalar_one()
        if published or _is_staff(asker):
            return row
    raise Missing


def running_sales(now: datetime, most: int = 20) -> list[SaleFacts]:
    """Sales in which one may bid now, the one that ends first before the others."""
    return _sales(
        sale.c.is_published, sale.c.opens_at <= now, _last_end > now, order=(sale.c.first_ends_at, sale.c.id), most=most
    )


def upcoming_sales(now: datetime, most: int = 50) -> list[SaleFacts]:
    """Announced sales, the next one first."""
    return _sales(sale.c.is_published, sale.c.opens_at > now, order=(sale.c.opens_at, sale.c.id), most=most)


def past_sales(now: datetime, most: int = 50, after: tuple[datetime, int] | None = None) -> list[SaleFacts]:
    """Sales that are over, the latest first; `after` is the opening and the id of the last one seen."""
    conditions = [sale.c.is_published, sale.c.opens_at <= now, _last_end <= now]
    if after:
        place = sa.tuple_(sa.literal(after[0], sale.c.opens_at.type), sa.literal(after[1]))
        conditions.append(sa.tuple_(sale.c.opens_at, sale.c.id) < place)
    return _sales(*conditions, order=(sale.c.opens_at.desc(), sale.c.id.desc()), most=most)


def results_of(sale_id: int) -> tuple[int, int]:
    """How many lots of a sale were sold, and the sum of their hammer prices in minor units."""
    count, total = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(lot.c.price_minor), 0)).where(
            lot.c.sale_id == sale_id, lot.c.state == Phase.SOLD
        )
    ).one()
    return count, int(total)


def visible_artist(slug: str) -> ArtistFacts:
    """An artist with at least one published lot; raises Missing."""
    for row in db.session.execute(_ARTISTS.where(artist.c.slug == slug)):
        if row.lots:
            return ArtistFacts(**row._mapping)
    raise Missing


def artists(most: int, after: tuple[str, int] | None = None) -> list[ArtistFacts]:
    """Artists with published lots by name; `after` is the sort name and the id of the last one seen."""
    asked = _ARTISTS.where(_shown > 0).order_by(artist.c.sort_name, artist.c.id).limit(most)
    if after:
        place = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        asked = asked.where(sa.tuple_(artist.c.sort_name, artist.c.id) > place)
    return [ArtistFacts(**row._mapping) for row in db.session.execute(asked)]


def artist_choices(most: int = 300) -> Sequence[Any]:
    """Slugs and names of artists with published lots, for a form."""
    return db.session.execute(
        sa.select(artist.c.slug, artist.c.name).where(_shown > 0).order_by(artist.c.sort_name, artist.c.id).limit(most)
    ).all()


def sale_choices(most: int = 50) -> Sequence[Any]:
    """Slugs and titles of the latest published sales, for a form."""
    return db.session.execute(
        sa.select(sale.c.slug, sale.c.title_en, sale.c.title_fr)
        .where(sale.c.is_published)
        .order_by(sale.c.opens_at.desc(), sale.c.id.desc())
        .limit(most)
    ).all()


def artist_id(slug: str) -> int | None:
    """The artist of this slug."""
    return db.session.execute(sa.select(artist.c.id).where(artist.c.slug == slug)).scalar()


def sale_id(slug: str) -> int | None:
    """The published sale of this slug."""
    return db.session.execute(sa.select(sale.c.id).where(sale.c.slug == slug, sale.c.is_published)).scalar()


def _visible(lot_id: int, asker: Any) -> dict[str, Any]:
    row = _LOT.first(db.session(), {"lot_id": lot_id}) if 0 < lot_id <= LARGEST_ID else None
    if row is None or not (row.is_published or _is_staff(asker) or _sells(asker, lot_id)):
        raise Missing
    found: dict[str, Any] = row._asdict()
    return found


def _sales(*conditions: Any, order: Sequence[Any] = (), most: int = 1) -> list[SaleFacts]:
    asked = _SALES.where(*conditions).order_by(*order).limit(most)
    return [SaleFacts(**row._mapping) for row in db.session.execute(asked)]


def _is_staff(asker: Any) -> bool:
    return asker is not None and asker.is_authenticated and bool(asker.is_staff)


def _sells(asker: Any, lot_id: int) -> bool:
    if asker is None or not asker.is_authenticated:
        return False
    mine = sa.select(lot.c.id).where(lot.c.id == lot_id, lot.c.seller_id == asker.id)
    return db.session.execute(mine).scalar() is not None

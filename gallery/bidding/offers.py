"""What a bid would cost this visitor, before it counts (D3, C-01)."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from gallery.account import queries as account
from gallery.bidding import costs
from gallery.bidding.queries import Shown, run
from gallery.lots.models import ShippingRate
from gallery.lots.rules import Zone, zone_of

USUAL_COUNTRY = {Zone.SENEGAL: "SN", Zone.WEST_AFRICA: "CI", Zone.EUROPE: "FR", Zone.WORLD: ""}
"""Whose import tax is shown for a zone in which the bidder does not live."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lot's sale adds to the hammer, and where the lot can be sent."""

    fees: costs.Fees
    granularity_minor: int
    ships_from: str
    rates: dict[Zone, int]
    """Minor units by zone; the zones that are served."""

    def destination(self, zone: Zone, country: str | None) -> costs.Destination:
        """What sending and importing cost for a zone; `country` (ISO) is where the bidder lives, if known."""
        if zone is Zone.COLLECTION:
            return costs.COLLECTED
        lives_there = country is not None and zone_of(country) is zone
        to = country if lives_there and country else USUAL_COUNTRY[zone]
        return costs.Destination(self.rates[zone], costs.import_tax_bp(self.ships_from, to))


_RATES = sa.select(ShippingRate.zone, ShippingRate.cost_minor).where(ShippingRate.lot_id == sa.bindparam("lot_id"))


def terms(shown: Shown) -> Terms:
    """The terms of a lot that is shown."""
    by_zone = {Zone(rate.zone): rate.cost_minor for rate in run(_RATES, {"lot_id": shown.lot_id})}
    served = {zone: by_zone[zone] for zone in Zone if zone in by_zone}
    return Terms(shown.fees, shown.sale.granularity_minor, shown.ships_from, served or {Zone.COLLECTION: 0})


def usual_zone(found: Terms, country: str | None) -> Zone:
    """Where the bidder most likely wants it: to his country's zone if it is served, else the first that is."""
    wished = zone_of(country) if country else Zone.SENEGAL
    return wished if wished in found.rates else next(iter(found.rates))


def country_of(member_id: int) -> str | None:
    """The country of the bidder's address (ISO), None while he has given none."""
    return account.country(member_id)

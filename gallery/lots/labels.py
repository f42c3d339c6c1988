"""What the kinds of lots and places are called. Words, not rules."""

from __future__ import annotations

from gallery.core.i18n import lazy
from gallery.lots.rules import Category, Phase, SaleStatus, SellerKind, Zone

CATEGORIES = {
    Category.PAINTING: lazy("Painting"),
    Category.DRAWING: lazy("Drawing"),
    Category.PRINT: lazy("Print"),
    Category.PHOTOGRAPH: lazy("Photograph"),
    Category.SCULPTURE: lazy("Sculpture"),
    Category.TEXTILE: lazy("Textile"),
    Category.OTHER: lazy("Other"),
}

SELLERS = {
    SellerKind.TRADER: lazy("A trader, who answers for delivery and withdrawal"),
    SellerKind.PRIVATE: lazy("A private person, who answers for delivery: no EU consumer rights"),
    SellerKind.UNDECLARED: lazy("Trader or private person: not declared yet"),
}

ZONES = {
    Zone.COLLECTION: lazy("Collection in person"),
    Zone.SENEGAL: lazy("Senegal"),
    Zone.WEST_AFRICA: lazy("West Africa"),
    Zone.EUROPE: lazy("Europe"),
    Zone.WORLD: lazy("Rest of the world"),
}

PHASES = {
    Phase.UPCOMING: lazy("Not open yet"),
    Phase.OPEN: lazy("Open"),
    Phase.ENDED: lazy("Ended"),
    Phase.SOLD: lazy("Sold"),
    Phase.UNSOLD: lazy("Not sold"),
    Phase.WITHDRAWN: lazy("Withdrawn"),
}

SALE_STATUSES = {
    SaleStatus.UPCOMING: lazy("Upcoming"),
    SaleStatus.OPEN: lazy("Open"),
    SaleStatus.CLOSING: lazy("Closing now"),
    SaleStatus.RESULTS: lazy("Results"),
}

"""Zones, and what the clock makes of lots and sales."""

from datetime import UTC, datetime, timedelta

import pytest

from gallery.lots.rules import EUROPE, WEST_AFRICA, Phase, SaleStatus, Zone, phase, sale_status, zone_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("SN", Zone.SENEGAL),
        ("sn", Zone.SENEGAL),
        ("CI", Zone.WEST_AFRICA),
        ("FR", Zone.EUROPE),
        ("GB", Zone.EUROPE),
        ("US", Zone.WORLD),
        ("ZZ", Zone.WORLD),
    ],
)
def test_a_country_lies_in_one_zone(country: str, zone: Zone) -> None:
    assert zone_of(country) is zone


def test_the_zones_do_not_overlap() -> None:
    assert not EUROPE & WEST_AFRICA
    assert all(len(country) == 2 for country in EUROPE | WEST_AFRICA)


@pytest.mark.parametrize(
    ("state", "at", "expected"),
    [
        ("upcoming", NOON - TICK, Phase.UPCOMING),
        ("upcoming", NOON, Phase.OPEN),  # No job has opened it; the clock has.
        ("open", NOON + HOUR - TICK, Phase.OPEN),
        ("open", NOON + HOUR, Phase.ENDED),  # No job has closed it; the clock has.
        ("upcoming", NOON + HOUR, Phase.ENDED),
        ("sold", NOON, Phase.SOLD),
        ("unsold", NOON + HOUR, Phase.UNSOLD),
        ("withdrawn", NOON, Phase.WITHDRAWN),
    ],
)
def test_time_opens_and_ends_a_lot(state: str, at: datetime, expected: Phase) -> None:
    assert phase(state, NOON, NOON + HOUR, at) is expected
    assert expected.is_over is (expected not in (Phase.OPEN, Phase.UPCOMING))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON - TICK, SaleStatus.UPCOMING),
        (NOON, SaleStatus.OPEN),
        (NOON + HOUR - TICK, SaleStatus.OPEN),
        (NOON + HOUR, SaleStatus.CLOSING),
        (NOON + 2 * HOUR - TICK, SaleStatus.CLOSING),
        (NOON + 2 * HOUR, SaleStatus.RESULTS),
    ],
)
def test_a_sale_goes_through_its_programme(at: datetime, expected: SaleStatus) -> None:
    assert sale_status(NOON, NOON + HOUR, NOON + 2 * HOUR, at) is expected

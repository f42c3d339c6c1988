"""What is kept of a browser and a network: enough to know one's own again, and no more (A4, L1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gallery.auth.sessions.rules import PASSING, REMEMBERED, STAFF, browser, ends_at, limits, network

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"
AGENTS = {
    f"Mozilla/5.0 (Linux; Android 14; SM-A155F) {CHROME} Mobile Safari/537.36": "Chrome · Android",
    f"Mozilla/5.0 (Linux; Android 14; SM-A1) {CHROME} SamsungBrowser/26.0 Safari/537.36": "Samsung Internet · Android",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/130.0.0.0": "Edge · Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 OPR/115.0": "Opera · Windows",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36": "Chrome · ChromeOS",
    "Mozilla/5.0 (Windows NT 10.0; rv:131.0) Gecko/20100101 Firefox/131.0": "Firefox · Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18 Safari/605": "Safari · macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Mobile Safari/604": "Safari · iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/130.0 Mobile Safari/604": "Chrome · iPhone",
    "Mozilla/5.0 (Mobile; Nokia; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5": "Firefox · KaiOS",
    "w3m/0.5.3+git20230121": "w3m",
    "Lynx/2.9.0dev.12 libwww-FM/2.14": "Lynx",
    "": "",
    "curl/8.5": "",
    "<script>alert(1)</script>": "",
    "x" * 100_000: "",
}
NETWORKS = {
    "196.207.12.34": "196.207.12.…",
    "::ffff:196.207.12.34": "196.207.12.…",
    "2001:db8:7:8:9:a:b:c": "2001:db8:7::…",
    "127.0.0.1": "127.0.0.…",
    "::1": "::…",
    "": "",
    "unknown": "",
    "196.207.12": "",
    "<b>": "",
}


@pytest.mark.parametrize(("said", "known"), AGENTS.items(), ids=range(len(AGENTS)))
def test_a_browser_is_known_by_its_kind_and_system_only(said: str, known: str) -> None:
    assert browser(said) == known


@pytest.mark.parametrize(("address", "kept"), NETWORKS.items())
def test_of_an_address_only_the_network_is_kept(address: str, kept: str) -> None:
    assert network(address) == kept


def test_staff_have_the_short_limits_even_when_they_are_remembered() -> None:
    assert limits(is_staff=True, is_remembered=True) == STAFF
    assert limits(is_staff=False, is_remembered=True) == REMEMBERED
    assert limits(is_staff=False, is_remembered=False) == PASSING


def test_the_end_comes_by_the_first_limit_that_is_reached() -> None:
    eleven = NOON + timedelta(hours=11, minutes=30)
    assert ends_at(NOON, NOON, STAFF) == NOON + timedelta(hours=1)
    assert ends_at(NOON, eleven, STAFF) == NOON + timedelta(hours=12)

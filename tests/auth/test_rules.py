"""Which passwords are refused, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from gallery.auth.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD, Weakness, local_path, weakness, words_of

WORDS = words_of("ana.diop@example.org", "Artgallery-ccips")


@pytest.mark.parametrize(
    "password",
    [
        "seven grey herons at low tide",
        "sept hérons gris à marée basse",
        "velvet anchor beneath the almanac",
        "xkq-72-Plomb-éléphant",
        "correct horse battery staple",
        "ᓄᓇᕗᑦ ᐊᐅᓪᓚᖅᑐᖅ ᐃᒡᓗ",
        "一二三 天地玄黃宇宙洪荒日月盈昃",
        "seven grey herons at low tide " * 4,
        "a-quiet-gallery-wall",
        "4820 1759 3028 4756 1029",
    ],
)
def test_passphrases_are_welcome(password: str) -> None:
    assert weakness(password, WORDS) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", Weakness.EMPTY),
        (" " * 20, Weakness.EMPTY),
        ("Tr0ub4dor&3", Weakness.TOO_SHORT),
        ("é" * 14, Weakness.TOO_SHORT),
        ("e\u0301" * 14, Weakness.TOO_SHORT),
        ("x" * 129, Weakness.TOO_LONG),
        ("ana.diop@example.org", Weakness.CONTEXT),
        ("ANA-Diop-Example-1987", Weakness.CONTEXT),
        ("Artgallery-ccips-2026!", Weakness.CONTEXT),
        ("artgallery artgallery", Weakness.CONTEXT),
        ("aaaaaaaaaaaaaaaa", Weakness.REPEATS),
        ("passwordpasswordpassword", Weakness.CONTEXT),
        ("monkeymonkeymonkey", Weakness.REPEATS),
        ("zxcvbnm,./zxcvbnm", Weakness.KEYBOARD),
        ("abcdefghijklmnopqr", Weakness.SEQUENCE),
        ("1705198717051987", Weakness.REPEATS),
    ],
)
def test_a_weak_password_is_refused_for_its_reason(password: str, reason: Weakness) -> None:
    assert weakness(password, WORDS) is reason


def test_all_of_the_3000_most_used_passwords_are_refused_also_twice_over() -> None:
    for password in FREQUENCY_LISTS["passwords"][:3000]:
        assert weakness(password, WORDS) is not None, password
    for password in FREQUENCY_LISTS["passwords"][:150]:
        assert weakness((password * 4)[: max(16, len(password) * 2)], WORDS) is not None, password


def test_what_thefts_made_known_is_refused_whatever_its_length() -> None:
    long_ones = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= SHORTEST_PASSWORD]
    assert long_ones
    assert {weakness(password.upper(), WORDS) for password in long_ones} <= {
        Weakness.BREACHED,
        Weakness.CONTEXT,
    }


@pytest.mark.parametrize("digits", ["seventeen", "SEVENTEEN", "1234"])
def test_no_kind_of_character_is_asked_for(digits: str) -> None:
    assert weakness(f"marmalade {digits} fjord umbrella", WORDS) is None


@given(st.text(max_size=300))
def test_no_text_breaks_the_judge(password: str) -> None:
    reason = weakness(password, WORDS)
    if reason is None:
        assert len(password.strip()) > 0
        assert len(password) >= SHORTEST_PASSWORD or len(password) > LONGEST_PASSWORD


@given(st.text(alphabet="/\\:?#@. \t\n%a2Fev", max_size=30))
def test_a_local_path_stays_here_however_a_browser_reads_it(address: str) -> None:
    found = local_path(address)
    if found is not None:
        assert found.startswith("/")
        assert not found.startswith("//")
        assert not set(found) & set("\\ \t\n\r")

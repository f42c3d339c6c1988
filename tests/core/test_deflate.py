"""Shared deflate: whoever joins when reads the whole text, and an update costs a few dozen bytes (E2)."""

import zlib

import pytest

from gallery.core import deflate

LANGUAGES = ("Enchère actuelle", "Current bid")


def standing(number: int, words: str = LANGUAGES[0]) -> bytes:
    """The standing of a lot after so many bids, about as long as the real one."""
    price = 100_000 + 2_500 * number
    return (
        f'id: {number}\ndata: <div class="standing" id="lot-7-standing" data-version="{number}" data-price="{price}" '
        f'data-currency="XOF" data-bids="{number}" data-ends="2026-11-27T18:00:00Z" data-state="open" '
        f'data-lead="{number % 5}" data-say="{words} {price:,} F CFA."><div><small>{words} · {number} bids</small>'
        f'<p class="price num">{price:,} F CFA</p><small class="num">≈ {price / 656:.0f} EUR</small></div></div>\n\n'
    ).encode()


def reader() -> "zlib._Decompress":
    """What a browser does with an answer in gzip."""
    return zlib.decompressobj(16 + zlib.MAX_WBITS)


@pytest.mark.parametrize("joins_at", [1, 17, 59])
def test_who_joins_at_any_time_reads_every_text_from_then_on(joins_at: int) -> None:
    texts = [standing(number) for number in range(60)]
    browser = reader()
    read = browser.decompress(deflate.HEADER + deflate.block(texts[joins_at]))
    for before, text in zip(texts[joins_at:], texts[joins_at + 1 :], strict=False):
        read += browser.decompress(deflate.block(text, before))
    assert read == b"".join(texts[joins_at:])


def test_an_update_is_small_and_the_same_bytes_for_all() -> None:
    """Goal 6 of PERFORMANCE is measured on the real standing by `make bench`; this holds the principle."""
    sizes = sorted(len(deflate.block(standing(number), standing(number - 1))) for number in range(1, 60))
    assert sizes[len(sizes) // 2] < 70
    assert deflate.block(standing(9), standing(8)) is deflate.block(standing(9), standing(8))


def test_a_text_is_complete_as_soon_as_its_block_is_there() -> None:
    browser = reader()
    assert browser.decompress(deflate.HEADER + deflate.block(b": open\n\n")) == b": open\n\n"
    assert browser.decompress(deflate.block(standing(1))) == standing(1)


def test_what_one_reader_alone_gets_stands_between_the_blocks_that_all_share() -> None:
    browser = reader()
    read = browser.decompress(deflate.HEADER + deflate.stored(b": open\n\n"))
    read += browser.decompress(deflate.stored(b"retry: 2711\n") + deflate.block(standing(1)))
    read += browser.decompress(deflate.block(standing(2), standing(1)))
    assert read == b": open\n\nretry: 2711\n" + standing(1) + standing(2)


def test_a_heartbeat_adds_no_text_and_leaves_the_window_as_it_was() -> None:
    browser = reader()
    browser.decompress(deflate.HEADER + deflate.block(standing(1)))
    assert browser.decompress(deflate.HEARTBEAT * 3) == b""
    assert browser.decompress(deflate.block(standing(2), standing(1))) == standing(2)


def test_a_block_means_nothing_to_who_has_another_text_before_it() -> None:
    """Why each line remembers with which text its window ends."""
    browser = reader()
    browser.decompress(deflate.HEADER + deflate.block(standing(1)))
    assert browser.decompress(deflate.block(standing(3), standing(2))) != standing(3)

"""What changed between two texts, word by word (M1)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.content.pages.difference import Change, Piece, compare, words

SAME, ADDED, REMOVED = Change.SAME, Change.ADDED, Change.REMOVED
TEXTS = st.text(alphabet="ab .\n#*", max_size=60)


def test_a_word_is_replaced() -> None:
    assert words("within 14 days", "within 30 days") == (
        Piece(SAME, "within "),
        Piece(REMOVED, "14"),
        Piece(ADDED, "30"),
        Piece(SAME, " days"),
    )


def test_words_side_by_side_are_one_change() -> None:
    assert words("a big house", "a small hut") == (
        Piece(SAME, "a "),
        Piece(REMOVED, "big house"),
        Piece(ADDED, "small hut"),
    )


def test_a_paragraph_that_was_put_in_leaves_the_others_alone() -> None:
    assert compare("One.\n\nTwo.", "One.\n\nNew here.\n\nTwo.") == [
        (Piece(SAME, "One."),),
        (Piece(ADDED, "New here."),),
        (Piece(SAME, "Two."),),
    ]


def test_blocks_that_have_nothing_in_common_are_not_mixed() -> None:
    assert compare("The sea is wide.", "- lists\n- of things") == [
        (Piece(REMOVED, "The sea is wide."),),
        (Piece(ADDED, "- lists\n- of things"),),
    ]


@settings(max_examples=150)
@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_the_difference(old: str, new: str) -> None:
    """Nothing that stood there is left out, and nothing is invented, but for blanks."""
    pieces = [piece for block in compare(old, new) for piece in block]
    for text, gone in ((old, ADDED), (new, REMOVED)):
        told = "".join(piece.words for piece in pieces if piece.change is not gone)
        assert "".join(told.split()) == "".join(text.split())

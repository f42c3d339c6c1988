"""What changed, word by word: lists keep their depth, tables their rows, and what moved is said to have moved (M2)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.content import markup
from gallery.content.policies import differences
from gallery.content.policies.differences import Change, Line

OLD = """## Bids {#bids}

A bid is binding. You have 14 days.

- First
    - Nested one of several words
    - Nested two of several words
- Second

| What | How long |
|---|---|
| Name | as long as the account |
| Bids | ten years |

A paragraph that is going to wander elsewhere.

The end of all this.
"""


def lines(old: str, new: str) -> list[Line]:
    return differences.compare(markup.render(old), markup.render(new))


def told(found: list[Line]) -> list[tuple[Change, str]]:
    return [(line.change, line.block.text) for line in found if line.change is not Change.SAME]


def test_equal_texts_have_no_difference() -> None:
    found = lines(OLD, OLD)
    assert not differences.is_changed(found)
    assert [line.block.kind for line in found][:3] == ["h2", "p", "li"]


def test_a_changed_word_is_shown_within_its_paragraph() -> None:
    changed = [line for line in lines(OLD, OLD.replace("14 days", "30 days")) if line.change is not Change.SAME]
    assert len(changed) == 1
    assert changed[0].words == (
        (Change.SAME, "A bid is binding. You have "),
        (Change.REMOVED, "14"),
        (Change.ADDED, "30"),
        (Change.SAME, " days."),
    )


def test_a_nested_item_keeps_its_depth() -> None:
    found = lines(OLD, OLD.replace("Nested two of several words", "Nested two of very many words"))
    changed = [line for line in found if line.change is not Change.SAME]
    assert [(line.change, line.block.kind, line.block.depth) for line in changed] == [(Change.CHANGED, "li", 2)]
    depths = [line.block.depth for line in found if line.block.kind == "li"]
    assert depths == [1, 2, 2, 1]


def test_a_table_is_compared_row_by_row() -> None:
    found = lines(OLD, OLD.replace("| Bids | ten years |", "| Bids | ten years |\n| Phone | one year |"))
    assert told(found) == [(Change.ADDED, "Phone | one year")]


def test_a_block_that_went_elsewhere_has_moved() -> None:
    wanders = "A paragraph that is going to wander elsewhere.\n\n"
    found = lines(OLD, wanders + OLD.replace(wanders, ""))
    assert told(found) == [
        (Change.MOVED_HERE, wanders.strip()),
        (Change.MOVED_AWAY, wanders.strip()),
    ]


def test_what_is_gone_and_what_has_come_is_said() -> None:
    found = lines(OLD, OLD.replace("The end of all this.", "Something that nobody has written before, at all."))
    assert told(found) == [
        (Change.ADDED, "Something that nobody has written before, at all."),
        (Change.REMOVED, "The end of all this."),
    ] or told(found) == [
        (Change.REMOVED, "The end of all this."),
        (Change.ADDED, "Something that nobody has written before, at all."),
    ]


def test_marks_of_markdown_are_not_words() -> None:
    """A difference of the source would show asterisks; what is bold now says the same as before."""
    assert not differences.is_changed(lines("You have **14** days.", "You have 14 days."))


_texts = st.lists(st.sampled_from(["## A", "- one two", "three four five six", "| a | b |\n|---|---|\n| c | d |", "7"]))


@settings(max_examples=150)
@given(_texts, _texts)
def test_both_texts_can_be_read_out_of_their_difference(old: list[str], new: list[str]) -> None:
    """Nothing is lost and nothing invented, whatever the two texts are."""
    before, after = markup.render("\n\n".join(old)), markup.render("\n\n".join(new))
    found = differences.compare(before, after)
    gone, come = {Change.REMOVED, Change.MOVED_AWAY}, {Change.ADDED, Change.MOVED_HERE}
    for html, absent in ((before, come), (after, gone)):
        read = ["".join(words for change, words in line.words if change not in absent) for line in found]
        assert [text for text in read if text] == [block.text for block in differences.blocks_of(html)]

"""What changed between two texts, word by word (M2): first the blocks, then the words of those that changed. Pure.

It compares what was published, tables and all, and not its source. Lists keep their depth, a table is compared row by
row, and a block that only went elsewhere is said to have moved.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from html.parser import HTMLParser

ALIKE = 0.5
"""From this share of common words on, two blocks are one that changed, and not one gone and another come."""
LEAST_MOVED = 4
"""Words of a block that is worth being called moved; a shorter one stands in many places."""
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_WORDS = re.compile(r"\S+|\s+")


class Change(StrEnum):
    """What became of a block, or of a run of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED_AWAY = "moved away"
    MOVED_HERE = "moved here"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, an item of a list or a row of a table; `depth` is that of the list."""

    kind: str
    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A block with what became of it; `words` are its runs, each the same, added or removed."""

    block: Block
    change: Change
    words: tuple[tuple[Change, str], ...]


class _Reader(HTMLParser):
    """Reads our own renderer's HTML, which is well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._kinds: list[str] = ["p"]
        self._depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            self.flush()
            self._depth += 1
        elif tag in ("p", "li", "tr", "pre", "blockquote", *_HEADINGS):
            self.flush()
            # A paragraph within an item or a quotation is part of it.
            inner = tag == "p" and self._kinds[-1] in ("li", "blockquote")
            self._kinds.append(self._kinds[-1] if inner else tag)
        elif tag in ("td", "th"):
            self._text.append(" | " if "".join(self._text).strip() else "")
        elif tag == "br":
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self.flush()
            self._depth -= 1
        elif tag in ("p", "li", "tr", "pre", "blockquote", *_HEADINGS):
            self.flush()
            self._kinds.pop()

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def flush(self) -> None:
        """Close the block that was being read, if it says anything."""
        text = " ".join("".join(self._text).split())
        if text:
            self.blocks.append(Block(self._kinds[-1], self._depth, text))
        self._text = []


def blocks_of(html: str) -> list[Block]:
    """The blocks of a published text, in their order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return reader.blocks


def compare(old: str, new: str) -> list[Line]:
    """Every block of two texts (HTML as published) with what became of it."""
    before, after = blocks_of(old), blocks_of(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Line] = []
    for act, i, i_end, j, j_end in matcher.get_opcodes():
        if act == "equal":
            found += [Line(one, Change.SAME, ((Change.SAME, one.text),)) for one in after[j:j_end]]
        else:
            found += _between(before[i:i_end], after[j:j_end])
    return _with_moves(found)


def is_changed(lines: Sequence[Line]) -> bool:
    """Whether there is any difference at all."""
    return any(line.change is not Change.SAME for line in lines)


def _between(before: Sequence[Block], after: Sequence[Block]) -> Iterator[Line]:
    """Pair what is alike, in order; the rest is gone or new."""
    start = 0
    for block in after:
        alike = next((at for at in range(start, len(before)) if _are_alike(before[at], block)), None)
        if alike is None:
            yield _whole(block, Change.ADDED)
            continue
        yield from (_whole(one, Change.REMOVED) for one in before[start:alike])
        yield Line(block, Change.CHANGED, tuple(_words_between(before[alike].text, block.text)))
        start = alike + 1
    yield from (_whole(one, Change.REMOVED) for one in before[start:])


def _are_alike(one: Block, other: Block) -> bool:
    if one.kind != other.kind:
        return False
    return SequenceMatcher(None, one.text.split(), other.text.split(), autojunk=False).ratio() >= ALIKE


def _words_between(old: str, new: str) -> Iterator[tuple[Change, str]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    for act, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if act == "equal":
            yield Change.SAME, "".join(after[j:j_end])
            continue
        if i < i_end:
            yield Change.REMOVED, "".join(before[i:i_end])
        if j < j_end:
            yield Change.ADDED, "".join(after[j:j_end])


def _whole(block: Block, change: Change) -> Line:
    return Line(block, change, ((change, block.text),))


def _with_moves(lines: list[Line]) -> list[Line]:
    """Blocks that went in one place and came in another, unchanged, have moved."""
    gone = Counter(line.block for line in lines if line.change is Change.REMOVED)
    come = Counter(line.block for line in lines if line.change is Change.ADDED)
    moved = {block for block in gone & come if len(block.text.split()) >= LEAST_MOVED}
    names = {Change.REMOVED: Change.MOVED_AWAY, Change.ADDED: Change.MOVED_HERE}
    return [
        replace(line, change=names[line.change]) if line.block in moved and line.change in names else line
        for line in lines
    ]

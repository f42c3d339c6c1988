"""What changed between two texts, word by word (M1, M2). Pure.

Blocks (paragraphs, headings, lists, tables) are matched first, then the words of those that changed, so that a sentence
that was put in does not make all that follows look new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_BETWEEN_BLOCKS = re.compile(r"\n\s*\n")
SIMILAR = 0.4
"""Share of equal words from which two blocks are one that was changed, and not two."""


class Change(StrEnum):
    """What became of a piece."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """Words that share one fate."""

    change: Change
    words: str


Block = tuple[Piece, ...]


def compare(old: str, new: str) -> list[Block]:
    """The blocks of both texts in the order of reading, each in pieces."""
    before, after = _blocks(old), _blocks(new)
    found: list[Block] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [(Piece(Change.SAME, block),) for block in before[i:j]]
        else:
            found += _changed(before[i:j], after[k:m])
    return found


def differs(blocks: list[Block]) -> bool:
    """Whether anything changed."""
    return any(piece.change is not Change.SAME for block in blocks for piece in block)


def words(old: str, new: str) -> Block:
    """The pieces of two blocks, or of two lines."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    return tuple(_joined(_pieces(before, after)))


def _blocks(text: str) -> list[str]:
    return [block.strip("\n") for block in _BETWEEN_BLOCKS.split(text.replace("\r\n", "\n")) if block.strip()]


def _changed(before: list[str], after: list[str]) -> Iterator[Block]:
    """Blocks that are not the same: in pairs as long as they resemble each other, else gone and new."""
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else ""
        new = after[place] if place < len(after) else ""
        if old and new and _resemble(old, new):
            yield words(old, new)
            continue
        if old:
            yield (Piece(Change.REMOVED, old),)
        if new:
            yield (Piece(Change.ADDED, new),)


def _resemble(old: str, new: str) -> bool:
    return SequenceMatcher(None, _WORD.findall(old), _WORD.findall(new), autojunk=False).ratio() >= SIMILAR


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(Change.SAME, "".join(before[i:j]))
            continue
        if j > i:
            yield Piece(Change.REMOVED, "".join(before[i:j]))
        if m > k:
            yield Piece(Change.ADDED, "".join(after[k:m]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A blank between two changed words belongs to the change: "one two" became "three four" reads as one."""
    held = list(pieces)
    result: list[Piece] = []
    gone = come = ""
    for place, piece in enumerate(held):
        lone_blank = piece.change is Change.SAME and not piece.words.strip() and (gone or come)
        if lone_blank and place + 1 < len(held):
            gone, come = gone + piece.words, come + piece.words
        elif piece.change is Change.REMOVED:
            gone += piece.words
        elif piece.change is Change.ADDED:
            come += piece.words
        else:
            result += _told(gone, come)
            gone = come = ""
            result.append(piece)
    yield from (*result, *_told(gone, come))


def _told(gone: str, come: str) -> Iterator[Piece]:
    if gone.strip():
        yield Piece(Change.REMOVED, gone)
    if come:
        yield Piece(Change.ADDED, come)

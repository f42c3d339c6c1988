"""What came over one connection to a stream, and how it reads."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

RETRY = re.compile(rb"^retry: (\d+)$", re.MULTILINE)
ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)


@dataclass(slots=True)
class Taken:
    """All its bytes, and after each piece how many there were and the time (monotonic seconds)."""

    data: bytearray = field(default_factory=bytearray)
    marks: list[tuple[float, int]] = field(default_factory=list)
    ended_at: float | None = None

    @property
    def is_stream(self) -> bool:
        """Whether it was answered with one."""
        return b" 200 " in self.data[:20]

    def add(self, piece: bytes, at: float) -> None:
        """Another piece has come."""
        self.data += piece
        self.marks.append((at, len(self.data)))

    def pieces(self) -> Iterator[tuple[float, int, bytes]]:
        """When a piece came, its bytes on the line, and the text that could be read then."""
        head, found, _body = bytes(self.data).partition(b"\r\n\r\n")
        if not found or not self.is_stream:
            return
        inflate = zlib.decompressobj(16 + zlib.MAX_WBITS) if b"content-encoding: gzip" in head.lower() else None
        start = len(head) + 4
        for at, end in self.marks:
            if end > start:
                piece = bytes(self.data[start:end])
                yield at, len(piece), inflate.decompress(piece) if inflate else piece
                start = end

    def versions(self) -> Iterator[tuple[int, float]]:
        """Each version that came, and when."""
        for at, _size, text in self.pieces():
            for version in ID.findall(text):
                yield int(version), at

    def last(self, field_of: re.Pattern[bytes]) -> int | None:
        """The last RETRY or ID that it said."""
        said = field_of.findall(b"".join(text for _at, _size, text in self.pieces()))
        return int(said[-1]) if said else None

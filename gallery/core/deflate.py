"""Shared deflate: an update as one compressed block, the same bytes for all who have seen the update before it (E2).

Each message is the full state, and differs little from the one before. So each is one raw deflate block whose
dictionary is the text of the message before, which every reader has at the end of his window. Nothing is kept for a
reader but which message that was; to him it is an ordinary gzip stream that has no end (RFC 1951, RFC 1952).
"""

from __future__ import annotations

import zlib
from functools import lru_cache

HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""What a gzip stream begins with: no name, no time, no system."""
REMEMBERED = 256
"""Blocks that are made once for all their readers; each is asked for by all of them within milliseconds."""


def stored(text: bytes) -> bytes:
    """Some bytes as they are, for what is too short to press or has one reader alone: five more on the line."""
    return b"\x00" + len(text).to_bytes(2, "little") + (len(text) ^ 0xFFFF).to_bytes(2, "little") + text


HEARTBEAT = stored(b"")
"""No text, so the window stays what it was."""


@lru_cache(maxsize=REMEMBERED)
def block(text: bytes, after: bytes = b"") -> bytes:
    """`text` for a reader the end of whose window is `after`; empty for one who has had nothing yet.

    It ends with a sync flush: the reader's decompressor gives out all of it at once.
    """
    press = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=after)
    return press.compress(text) + press.flush(zlib.Z_SYNC_FLUSH)

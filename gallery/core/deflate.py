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
HEARTBEAT = b"\x00\x00\x00\xff\xff"
"""An empty stored block: five bytes on the line, none in the text, so the window stays what it was."""
REMEMBERED = 256
"""Blocks that are made once for all their readers; each is asked for by all of them within milliseconds."""


@lru_cache(maxsize=REMEMBERED)
def block(text: bytes, after: bytes = b"") -> bytes:
    """`text` for a reader the end of whose window is `after`; empty for one who has had nothing yet.

    It ends with a sync flush: the reader's decompressor gives out all of it at once.
    """
    press = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=after)
    return press.compress(text) + press.flush(zlib.Z_SYNC_FLUSH)

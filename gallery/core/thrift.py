"""Whether a visitor is to be shown as few bytes as possible, and why (P4).

`Save-Data` comes by itself. How fast the line is, browsers of Chromium's family say over HTTPS to a house that asks
for it (`Accept-CH`), from the second page on.
"""

from __future__ import annotations

from enum import StrEnum

from flask import Response, request

HINTS = ("ECT", "Downlink")
SLOW_KINDS = {"slow-2g", "2g"}
"""Of effective connection types: round trips of 1.4 s and more, or less than 70 kbit/s."""
SLOW_MBITS = 0.5
"""A picture for a phone's width takes a second and more below it."""


class Thrift(StrEnum):
    """Why pictures are small; the first is false: they are not."""

    NONE = ""
    ASKED = "asked"
    SLOW = "slow"


def wanted() -> Thrift:
    """What the request tells."""
    if request.headers.get("Save-Data", "").strip().lower() == "on":
        return Thrift.ASKED
    is_slow = request.headers.get("ECT", "").strip().lower() in SLOW_KINDS
    return Thrift.SLOW if is_slow or _mbits() < SLOW_MBITS else Thrift.NONE


def heed(response: Response) -> None:
    """Mark an answer that differs by it, and ask for the hints on the next request."""
    response.headers["Accept-CH"] = ", ".join(HINTS)
    response.vary.update(("Save-Data", *HINTS))


def _mbits() -> float:
    """Megabits a second downwards; endless when the browser does not say so. NaN is below nothing, like endless."""
    try:
        return float(request.headers.get("Downlink", "inf"))
    except ValueError:
        return float("inf")

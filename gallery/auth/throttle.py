"""How often one may try: by network, and by address from one network. In Redis when there is one, else in memory.

The limit by address counts per network too, so that nobody can lock out somebody else by failing in his name (6.3.1).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any

from flask import Flask, current_app, request
from flask_limiter import Limiter

from gallery.core.crypto import blind_index
from gallery.core.settings import Settings

View = Callable[..., Any]

STRICT = {
    "network_tries": "30/minute;300/hour",
    "address_tries": "10/5 minutes",
    "network_letters": "20/minute;100/hour",
    "address_letters": "5/hour",
}
OPEN = {
    "network_tries": "6000/minute",
    "address_tries": "100/minute",
    "network_letters": "6000/minute",
    "address_letters": "60/minute",
}
"""For the demonstration, where hundreds of people come from one machine."""


def network() -> str:
    """The visitor's network: his address, or the /64 that one subscriber holds in IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104  Nothing is bound here.
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def typed_address() -> str:
    """The address that was typed, from this network, as a digest: no list of who tried is left anywhere."""
    typed = request.form.get("email", "").strip().lower()[:254]
    return blind_index("throttle", f"{typed} {network()}")


class What(StrEnum):
    """What is counted together."""

    TRIES = "tries"
    """Attempts to sign in or to use a link."""
    LETTERS = "letters"
    """What makes us write a mail."""


def init_app(app: Flask, settings: Settings) -> None:
    """Set where the counts are kept and how strict they are."""
    app.config.setdefault("THROTTLE", OPEN if settings.is_demo else STRICT)
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_KEY_PREFIX="gallery",
        RATELIMIT_HEADERS_ENABLED=False,
        # A counter that fails must not keep people out; it is logged.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    app.extensions["throttle"] = Limiter(network, app=app)


def limited(app: Flask, what: What, view: View) -> View:
    """The view, with its forms counted; looking at a page costs nothing."""
    limiter: Limiter = app.extensions["throttle"]
    for kind, key in (("network", network), ("address", typed_address)):
        name = f"{kind}_{what}"
        view = limiter.shared_limit(partial(_figure, name), scope=name, key_func=key, methods=["POST"])(view)
    return view


def _figure(name: str) -> str:
    figure: str = current_app.config["THROTTLE"][name]
    return figure

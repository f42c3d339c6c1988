"""How the house talks to providers: to hosts that are written down, for a short time, and for a few members at once.

Each provider has a pool of its own, so that one that hangs holds eight threads of ours and no more; a whole
conversation gets ten seconds, a connection three, a silence five; what failed before anything was said is tried once
more (13.1.2, 13.1.3). No redirect is followed, and no address that an answer names is asked unless its host is one
of the provider's (1.3.6).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from gallery.core.i18n import lazy

Answer = TypeVar("Answer")

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 5.0, 10.0
RETRIES = 1
AT_ONCE = 8
"""Conversations with one provider that one process has at the same time; more wait for their ten seconds."""
MOST_BYTES = 256 * 1024
"""Of one answer: keys and metadata have some ten thousand."""


class ProviderError(Exception):
    """Signing in with a provider came to nothing, and nothing was written. `words` say what the visitor can do."""

    words = lazy("%(provider)s gave no answer that we can trust. Nothing was done.")
    advice = lazy("Sign in with your e-mail address, or try again in a few minutes.")

    def said(self, provider: str) -> str:
        """Both sentences, with the provider's name."""
        return f"{str(self.words) % {'provider': provider}} {self.advice}"


class Silent(ProviderError):
    """It is down, too slow, or broken."""

    words = lazy("%(provider)s does not answer just now. Nothing was done.")


class Refused(ProviderError):
    """It does not know the code, or us."""

    words = lazy("%(provider)s did not accept the sign-in. Nothing was done.")


class Disbelieved(ProviderError):
    """It answered something that does not hold: the reason is for the log, and says nothing of anybody."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def origin(address: str) -> str:
    """`https://accounts.example` of an address, as browsers write it; "" if it is none."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}" if host and not parts.username else ""


class Wire(OAuth2Session):  # type: ignore[misc]
    """Authlib's session over requests, on a short leash."""

    def __init__(self, *args: Any, origins: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.origins = origins
        # A token is asked for once only: its code is used up by the asking.
        retry = Retry(total=RETRIES, redirect=0, status=0, other=0, allowed_methods={"GET"}, backoff_factor=0)
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(max_retries=retry))

    def request(self, method: str, url: str, withhold_token: bool = False, auth: Any = None, **kwargs: Any) -> Any:
        """Ask, and take the whole answer in if it is of a sensible size; raises Silent or Disbelieved."""
        if origin(url) not in self.origins:
            raise Disbelieved("a host that is not the provider's")
        kwargs |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "allow_redirects": False, "stream": True}
        try:
            response = super().request(method, url, withhold_token, auth, **kwargs)
            with response:
                response._content = b"".join(_pieces(response))
        except requests.RequestException as failed:
            raise Silent from failed
        if response.status_code >= 500 or response.status_code == 429:
            raise Silent
        if 300 <= response.status_code < 400:
            raise Disbelieved("a redirect")
        return response


def _pieces(response: requests.Response) -> Any:
    size = 0
    for piece in response.iter_content(8192):
        size += len(piece)
        if size > MOST_BYTES:
            raise Disbelieved("too long an answer")
        yield piece


class Pool:
    """Threads for the conversations with one provider."""

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"with-{name}")

    def ask(self, conversation: Callable[[], Answer]) -> Answer:
        """What comes of a conversation; raises Silent if it takes too long, or what it raises itself."""
        running: Future[Answer] = self._threads.submit(conversation)
        try:
            return running.result(WHOLE_SECONDS)
        except NotInTime:
            running.cancel()
            raise Silent from None

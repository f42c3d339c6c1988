"""Google and Facebook: who somebody is, as they say (A2). By Authlib, without a cache of its own (10.x).

A provider is there when its keys are in the settings. It is asked nothing before a visitor chooses it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app
from joserfc.jwk import KeySet
from werkzeug.datastructures import ImmutableDict

from gallery.auth.addresses import NotAnAddress, normalised
from gallery.auth.federated.id_tokens import NONSENSE, Expected, UnknownKey, key_set, read
from gallery.auth.federated.wire import Disbelieved, Pool, Refused, Wire, origin
from gallery.auth.sessions.models import How
from gallery.core import clock, web
from gallery.core.errors import Missing
from gallery.core.settings import Settings

log = logging.getLogger(__name__)

FACEBOOK = "https://www.facebook.com"
"""Facebook's identities have no issuer of their own; this is how we write it."""
GOOGLES_HOSTS = ("https://accounts.google.com", "https://oauth2.googleapis.com", "https://www.googleapis.com")
FACEBOOKS_PAGES = (FACEBOOK, "https://m.facebook.com", "https://web.facebook.com")
"""Where its dialog leads phones, and those whose network carries it for nothing: a form's policy covers redirects."""
GOOGLES_MAIL = frozenset({"gmail.com", "googlemail.com"})
METADATA_LASTS = timedelta(hours=1)
KEYS_AGAIN_AFTER = timedelta(minutes=1)
"""An unknown key has the issuer asked for its keys anew, but no more often than that."""
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as a provider says. Who he is, is issuer and subject together, and never the address (6.8.1)."""

    provider: str
    issuer: str
    subject: str
    name: str
    email: str
    """In its normal form; "" if the provider gave none that is one."""
    owns_email: bool
    """The provider keeps this very mailbox, and says that it is his."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send a browser, and what it must bring back or we must still know then."""

    address: str
    state: str
    verifier: str
    nonce: str


class Provider(Protocol):
    """One of them."""

    name: str
    label: str
    issuer: str
    how: How

    def begin(self, callback: str) -> Begun:
        """Where to send the browser; raises ProviderError."""

    def person(self, code: str, callback: str, begun: Begun) -> Person:
        """Who came back with this code; raises ProviderError."""


class Client(FlaskOAuth2App):  # type: ignore[misc]
    """Authlib's client over our wire; what it knows of its provider it is told, and asks nothing by itself."""

    client_cls = Wire

    def load_server_metadata(self) -> Mapping[str, Any]:
        """Nothing: addresses are given with each call, so that no answer can set what else the library reads."""
        return {}

    def fetch_token(self, endpoint: str, **known: str) -> dict[str, Any]:
        """Change a code into a token; raises ProviderError."""
        with self._get_oauth_client() as wire:
            try:
                token = wire.fetch_token(endpoint, **known)
            except AuthlibBaseError as said:
                log.warning("a provider refused a code", extra={"kind": self.name, "error": type(said).__name__})
                raise Refused from None
            except (*NONSENSE, OSError) as wrong:
                raise Disbelieved(f"no token ({type(wrong).__name__})") from None
        if not isinstance(token.get("access_token"), str):
            raise Disbelieved("no access token")
        return dict(token)

    def fetch_json(self, address: str, **more: Any) -> dict[str, Any]:
        """What a provider's address says; raises ProviderError."""
        with self._get_oauth_client() as wire:
            if "token" in more:
                wire.token = more.pop("token")
            answer = wire.request("GET", address, withhold_token=wire.token is None, **more)
        try:
            found = answer.json()
        except (ValueError, RecursionError):
            raise Disbelieved("no JSON") from None
        if answer.status_code != 200 or not isinstance(found, dict):
            raise Disbelieved(f"no answer of use ({answer.status_code})")
        return found


class Google:
    """Any OpenID provider would do; its rules about whose an address is are Google's own."""

    name, label, how = "google", "Google", How.GOOGLE

    def __init__(self, oauth: OAuth, settings: Settings) -> None:
        self.issuer = settings.google_issuer
        is_google = origin(self.issuer) == GOOGLES_HOSTS[0]
        self.origins = frozenset(GOOGLES_HOSTS if is_google else (origin(self.issuer),))
        self.pages = (origin(self.issuer),)
        self._client = _client(oauth, self, settings.google_client_id, settings.google_client_secret)
        self._pool = Pool(self.name)
        self._known: tuple[datetime, Mapping[str, str]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def begin(self, callback: str) -> Begun:
        """Where to send the browser; raises ProviderError."""
        self._client.authorize_url = self._metadata()["authorization_endpoint"]
        return _begun(self._client, callback)

    def person(self, code: str, callback: str, begun: Begun) -> Person:
        """Who came back with this code; raises ProviderError."""
        endpoint = self._metadata()["token_endpoint"]
        known = {"code": code, "redirect_uri": callback, "code_verifier": begun.verifier}
        token = self._pool.ask(lambda: self._client.fetch_token(endpoint, **known))
        expected = Expected(self.issuer, self._client.client_id, begun.nonce, token["access_token"])
        try:
            claims = read(token.get("id_token"), self._published(METADATA_LASTS), expected, clock.now())
        except UnknownKey:
            claims = read(token.get("id_token"), self._published(KEYS_AGAIN_AFTER), expected, clock.now())
        email = _address(claims.get("email"))
        domain = email.rpartition("@")[2]
        keeps_mailbox = domain in GOOGLES_MAIL or claims.get("hd") == domain
        return Person(
            self.name,
            self.issuer,
            claims["sub"],
            _name(claims.get("name")),
            email,
            # A provider that says "true" in letters says something else; and only for mailboxes that
            # Google runs itself is its word as good as a mail of ours.
            bool(email) and claims.get("email_verified") is True and keeps_mailbox,
        )

    def _metadata(self) -> Mapping[str, str]:
        now = clock.now()
        if self._known is None or now - self._known[0] >= METADATA_LASTS:
            address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            said = self._pool.ask(lambda: self._client.fetch_json(address))
            if said.get("issuer") != self.issuer:
                raise Disbelieved("metadata of another issuer")
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(said.get(name), str) and origin(said[name]) in self.origins for name in names):
                raise Disbelieved("metadata that lead elsewhere")
            if origin(said["authorization_endpoint"]) not in self.pages:
                raise Disbelieved("a sign-in page that is elsewhere")
            self._known = now, ImmutableDict({name: said[name] for name in names})
        return self._known[1]

    def _published(self, at_most_old: timedelta) -> KeySet:
        """The issuer's keys, asked for if what we have is older than that."""
        now = clock.now()
        if self._keys is None or now - self._keys[0] >= at_most_old:
            address = self._metadata()["jwks_uri"]
            self._keys = now, key_set(self._pool.ask(lambda: self._client.fetch_json(address)))
        return self._keys[1]


class Facebook:
    """OAuth 2 and the Graph. It never says whether an address is somebody's, and often knows none."""

    name, label, how, issuer = "facebook", "Facebook", How.FACEBOOK, FACEBOOK

    def __init__(self, oauth: OAuth, settings: Settings) -> None:
        dialog = origin(settings.facebook_dialog)
        self.pages = FACEBOOKS_PAGES if dialog == FACEBOOK else (dialog,)
        self.origins = frozenset({origin(settings.facebook_graph)})
        self._secret = settings.facebook_app_secret or ""
        self._dialog, self._graph = settings.facebook_dialog, settings.facebook_graph
        self._client = _client(oauth, self, settings.facebook_app_id, settings.facebook_app_secret)
        self._pool = Pool(self.name)

    def begin(self, callback: str) -> Begun:
        """Where to send the browser."""
        self._client.authorize_url = self._dialog
        return _begun(self._client, callback)

    def person(self, code: str, callback: str, begun: Begun) -> Person:
        """Who came back with this code; raises ProviderError."""
        known = {"code": code, "redirect_uri": callback, "code_verifier": begun.verifier}
        said = self._pool.ask(lambda: self._converse(known))
        subject = said.get("id")
        if not (isinstance(subject, str) and subject.isascii() and subject.isdigit() and len(subject) <= 64):
            raise Disbelieved("no subject")
        name, email = _name(said.get("name")), _address(said.get("email"))
        return Person(self.name, self.issuer, subject, name, email, owns_email=False)

    def _converse(self, known: dict[str, str]) -> dict[str, Any]:
        token = self._client.fetch_token(f"{self._graph}/oauth/access_token", **known)
        proof = hmac.new(self._secret.encode(), token["access_token"].encode(), hashlib.sha256).hexdigest()
        # In a header, not in the address, where a token ends up in logs.
        bearer = {"access_token": token["access_token"], "token_type": "bearer"}
        asked = {"fields": "id,name,email", "appsecret_proof": proof}
        return self._client.fetch_json(f"{self._graph}/me", params=asked, token=bearer)


def init_app(app: Flask, settings: Settings) -> None:
    """Fit the providers whose keys are set, and let our forms lead to their pages."""
    oauth = OAuth(app)
    found: dict[str, Provider] = {}
    if settings.google_client_id:
        found["google"] = Google(oauth, settings)
    if settings.facebook_app_id:
        found["facebook"] = Facebook(oauth, settings)
    for provider in found.values():
        for page in provider.pages:  # type: ignore[attr-defined]
            web.allow_form_target(app, page)
    app.extensions["providers"] = found
    app.jinja_env.globals["providers"] = known


def known() -> tuple[Provider, ...]:
    """The providers that are configured, in the order in which they are shown."""
    return tuple(current_app.extensions["providers"].values())


def named(name: str) -> Provider:
    """The provider of that name; raises Missing if it is not configured."""
    found: Provider | None = current_app.extensions["providers"].get(name)
    if found is None:
        raise Missing
    return found


LABELS = {"google": Google.label, "facebook": Facebook.label}
"""Also of those that are not configured any more."""


def _client(oauth: OAuth, provider: Google | Facebook, client_id: str | None, secret: str | None) -> Client:
    is_google = isinstance(provider, Google)
    made: Client = oauth.register(
        provider.name,
        client_cls=Client,
        client_id=client_id,
        client_secret=secret,
        client_kwargs={
            "origins": provider.origins,
            "scope": "openid email profile" if is_google else "public_profile email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post",
        },
    )
    return made


def _begun(client: Client, callback: str) -> Begun:
    made = client.create_authorization_url(callback)
    return Begun(made["url"], made["state"], made["code_verifier"], made.get("nonce", ""))


def _name(said: object) -> str:
    """A name as somebody wrote it elsewhere, on one line and of sensible length; "" if it is none."""
    if not isinstance(said, str):
        return ""
    return " ".join("".join(one if one.isprintable() else " " for one in said[:1000]).split())[:LONGEST_NAME].strip()


def _address(said: object) -> str:
    try:
        return normalised(said) if isinstance(said, str) and len(said) <= 254 else ""
    except NotAnAddress:
        return ""

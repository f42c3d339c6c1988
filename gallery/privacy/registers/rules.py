"""Who outside the house may come to data, and what lets data go to another country (L7, P-62). Pure.

A new member of `Recipient`, and a new host in the code, need a line here before the suite passes
(`tests/house/test_receivers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gallery.core.personal import Recipient

HOME = "SN"
"""Where the house is established, as ISO 3166 writes it."""
UNION = "EU"
"""The European Union, as CLDR writes it."""


class Standing(StrEnum):
    """What a receiver is to the house."""

    PROCESSOR = "processor"
    """Works for us, by our instruction (GDPR art. 28)."""
    CONTROLLER = "controller"
    """Decides himself what becomes of it, and answers for that."""


class Mechanism(StrEnum):
    """What lets data go from one country to another (GDPR art. 44 to 49; Senegal's law 2008-12, art. 49 to 51)."""

    DIRECT = "direct"
    """The person gives it himself to a house under GDPR (art. 3(2)): no transfer in the sense of art. 44."""
    CLAUSES = "clauses"
    """The European Commission's standard contractual clauses."""
    CONTRACT = "contract"
    """A contract with the person needs it, or one in his interest (art. 49(1)(b) and (c))."""
    CONSENT = "consent"
    """The person asked for it, having been told (art. 49(1)(a))."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """One company, or one kind of person, that data goes to."""

    key: str
    """What labels.TASKS says of it."""
    name: str | None
    """None: whoever the operator has chosen, or a person who differs from sale to sale."""
    standing: Standing
    countries: tuple[str, ...]
    """ISO 3166, the first where it has its seat, then where it may take the data; none where each case differs."""
    mechanism: Mechanism
    since: date
    """From when the program can give it data."""
    recipients: tuple[Recipient, ...] = ()
    """What the data map calls it."""
    hosts: tuple[str, ...] = ()
    """Where the program, or a browser on its word, reaches it; `*.` stands for any name before."""
    settings: tuple[str, ...] = ()
    """Fields of Settings: it receives nothing unless one of them is set."""


RECEIVERS = (
    Receiver(
        "mail",
        None,
        Standing.PROCESSOR,
        (),
        Mechanism.CLAUSES,
        date(2026, 11, 23),
        (Recipient.MAIL_PROVIDER,),
        settings=("mail_url",),
    ),
    Receiver(
        "google sign-in",
        "Google Ireland Ltd",
        Standing.CONTROLLER,
        ("IE", "US"),
        Mechanism.CONSENT,
        date(2026, 11, 23),
        (Recipient.LOGIN_PROVIDER,),
        ("accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"),
        ("google_client_id",),
    ),
    Receiver(
        "facebook sign-in",
        "Meta Platforms Ireland Ltd",
        Standing.CONTROLLER,
        ("IE", "US"),
        Mechanism.CONSENT,
        date(2026, 11, 23),
        (Recipient.LOGIN_PROVIDER,),
        ("www.facebook.com", "m.facebook.com", "web.facebook.com", "graph.facebook.com"),
        ("facebook_app_id",),
    ),
    Receiver(
        "plug-ins",
        "Meta Platforms Ireland Ltd",
        Standing.CONTROLLER,
        ("IE", "US"),
        Mechanism.CONSENT,
        date(2026, 11, 27),
        (),
        ("www.facebook.com", "www.instagram.com", "privacycenter.instagram.com"),
        ("facebook_page", "instagram_page"),
    ),
    Receiver(
        "google tag",
        "Google Ireland Ltd",
        Standing.CONTROLLER,
        ("IE", "US"),
        Mechanism.CONSENT,
        date(2026, 11, 27),
        (),
        ("*.googletagmanager.com", "*.google-analytics.com", "*.analytics.google.com", "*.g.doubleclick.net"),
        ("google_tag",),
    ),
    Receiver(
        "criteo tag",
        "Criteo SA",
        Standing.CONTROLLER,
        ("FR",),
        Mechanism.CONSENT,
        date(2026, 11, 27),
        (),
        ("*.criteo.com", "static.criteo.net"),
        ("criteo_account",),
    ),
    Receiver("bank", None, Standing.CONTROLLER, (), Mechanism.CONTRACT, date(2026, 11, 23), (Recipient.BANK,)),
    Receiver("seller", None, Standing.CONTROLLER, (), Mechanism.CONTRACT, date(2026, 11, 23), (Recipient.SELLER,)),
    Receiver(
        "public",
        None,
        Standing.CONTROLLER,
        (),
        Mechanism.CONTRACT,
        date(2026, 11, 23),
        (Recipient.PUBLIC, Recipient.EVERYONE),
    ),
)


def crosses(receiver: Receiver) -> bool:
    """Whether what a receiver is given may leave the country of the house."""
    return receiver.countries != (HOME,)


def knows(host: str) -> bool:
    """Whether a host that the code names is one of a receiver's."""
    return any(_matches(host, known) for receiver in RECEIVERS for known in receiver.hosts)


def _matches(host: str, known: str) -> bool:
    return host == known or (known.startswith("*.") and host.endswith(known[1:]))

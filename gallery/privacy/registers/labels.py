"""The registers in words."""

from __future__ import annotations

from babel import Locale

from gallery.core.i18n import _, current_locale, lazy
from gallery.privacy.registers.rules import Mechanism, Receiver, Standing

NAMES = {
    "mail": lazy("The service that carries our mail"),
    "bank": lazy("The bank that pays out"),
    "seller": lazy("The seller of a lot that you win"),
    "public": lazy("Everyone who visits the site"),
}
"""Of receivers who are not one company by name."""

TASKS = {
    "mail": lazy("carries our e-mails to you"),
    "google sign-in": lazy("lets you sign in with a Google account, if you choose to"),
    "facebook sign-in": lazy("lets you sign in with a Facebook account, if you choose to"),
    "plug-ins": lazy("shows its pages within ours, if you agree to it"),
    "google tag": lazy("measures and shows advertising, if you agree to it"),
    "criteo tag": lazy("shows advertising, if you agree to it"),
    "bank": lazy("sends you what you earned"),
    "seller": lazy("hands over the work that you bought"),
    "public": lazy("sees the bids under an alias for each lot, and the companies that sell"),
}

STANDINGS = {
    Standing.PROCESSOR: lazy("works for us, by our instruction"),
    Standing.CONTROLLER: lazy("answers for it itself"),
}

MECHANISMS = {
    Mechanism.DIRECT: lazy("you give it to us yourself, and European law protects it here too (GDPR art. 3(2))"),
    Mechanism.CLAUSES: lazy("standard contractual clauses of the European Commission (GDPR art. 46)"),
    Mechanism.CONTRACT: lazy("the contract with you needs it (GDPR art. 49(1)(b) and (c); law 2008-12, art. 50)"),
    Mechanism.CONSENT: lazy("you asked for it, and may end it (GDPR art. 49(1)(a); law 2008-12, art. 50)"),
}


def name(receiver: Receiver) -> str:
    """Who it is."""
    return receiver.name or str(NAMES[receiver.key])


def countries(codes: tuple[str, ...]) -> str:
    """Countries in the reader's language."""
    if not codes:
        return str(_("differs from case to case"))
    territories = Locale.parse(current_locale()).territories
    return ", ".join(territories[code] for code in codes)

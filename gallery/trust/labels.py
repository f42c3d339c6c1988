"""The words for what the house keeps as codes: who looked, why, and at what. Members read them."""

from __future__ import annotations

from gallery.auth.models import RoleName
from gallery.core.i18n import lazy
from gallery.trust.rules import Reason, Shown

REASONS = {
    Reason.SUPPORT_REQUEST: lazy("A request for help"),
    Reason.DISPUTE: lazy("A disagreement about a sale"),
    Reason.DELIVERY: lazy("A delivery or a collection"),
    Reason.PAYMENT: lazy("A payment or a payout"),
    Reason.FRAUD_CHECK: lazy("A check against fraud"),
    Reason.IDENTITY_CHECK: lazy("A check of identity"),
    Reason.LEGAL_REQUEST: lazy("A request by law"),
    Reason.ACCOUNT_RECOVERY: lazy("Help to get back into the account"),
}
"""Why, as the member reads it."""

SHOWN = {
    Shown.PAGE: lazy("The page of the account, with contact details masked"),
    Shown.EMAIL: lazy("E-mail address"),
    Shown.PHONE: lazy("Phone number"),
    Shown.ADDRESS: lazy("Postal address"),
    Shown.BIRTH: lazy("Date of birth"),
    Shown.BANK: lazy("Bank account number"),
}
"""What was seen."""

ROLES = {
    RoleName.SELLER: lazy("Seller"),
    RoleName.EDITOR: lazy("Editorial staff"),
    RoleName.EXPERT: lazy("Expert"),
    RoleName.SUPPORT: lazy("Support"),
    RoleName.FRAUD: lazy("Fraud prevention"),
    RoleName.ADMIN: lazy("Administration"),
}
"""In which role; never who."""

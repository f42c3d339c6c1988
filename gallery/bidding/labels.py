"""The words for what bidding keeps as codes."""

from gallery.bidding.interventions import Reason
from gallery.core.i18n import _


def reason_label(reason: str) -> str:
    """Why staff stepped in, in the reader's language."""
    words: dict[Reason, str] = {
        Reason.TYPING_ERROR: _("a typing error"),
        Reason.WRONG_LOT: _("meant for another lot"),
        Reason.MISDESCRIBED: _("the lot was misdescribed"),
        Reason.DAMAGED: _("the lot was damaged"),
        Reason.FRAUD: _("fraud"),
        Reason.COURT_ORDER: _("by order of a court"),
    }
    return words[Reason(reason)]

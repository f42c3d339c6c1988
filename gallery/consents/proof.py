"""A receipt in the form in which its owner takes it along: all that is needed to check it without us (P-14)."""

from __future__ import annotations

from typing import Any

from gallery.consents import chain
from gallery.core.i18n import iso

FORMAT = "consent-receipt/1"
HOW_TO_CHECK = (
    "SHA-256 of 'salt', a line feed and 'body' gives 'commitment'; SHA-256 of 'previous', a line feed and 'commitment' "
    "gives 'digest'. SHA-256 of the text's component, language, version and body, parted by line feeds, gives its "
    "digest. All in UTF-8, hexadecimal."
)


def told(row: Any) -> dict[str, Any]:
    """A row of `queries.receipt` as JSON tells it."""
    return {
        "format": FORMAT,
        "ref": row["ref"],
        "at": iso(row["at"]),
        "purpose": row["purpose"],
        "result": row["result"],
        "mechanism": row["mechanism"],
        "signal": row["signal"],
        "text": {
            "digest": row["text_digest"],
            "component": row["component"],
            "language": row["language"],
            "version": row["text_version"],
            "body": row["body"],
        },
        "seal": {
            "seq": row["seq"],
            "body": chain.canonical(row),
            "salt": row["salt"],
            "commitment": row["commitment"],
            "previous": row["previous"] or chain.GENESIS,
            "digest": row["digest"],
            "how_to_check": HOW_TO_CHECK,
        },
    }

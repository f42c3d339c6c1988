"""The register of disclosures in words."""

from __future__ import annotations

from gallery.core.i18n import lazy
from gallery.privacy.disclosures.rules import Ground

GROUNDS = {
    Ground.ORDER: lazy("a court or a prosecutor ordered it"),
    Ground.DUTY: lazy("a law obliges us to"),
    Ground.CLAIM: lazy("a claim is pursued or defended"),
    Ground.VITAL: lazy("somebody’s life or health was at stake"),
    Ground.ASKED: lazy("the member asked for it"),
}

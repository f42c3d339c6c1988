"""Whoever asks a person for something says there what becomes of it (P-33, GDPR art. 13).

Every page of the matrix is opened, and each form in which somebody types or chooses must lead to the privacy policy.
What staff write at the desk is about others, who read of it in their own account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from werkzeug.test import TestResponse

from tests.house.matrix import MATRIX
from tests.house.matrix_cast import OK, House

ASKED = ("visitor", "owner")
"""Who opens the pages: each sees forms that the other does not."""
FORM = re.compile(r'<form\b[^>]*\bmethod="post".*?</form>', re.DOTALL)
TYPED = {"select", "textarea"}
NOT_TYPED = {"hidden", "submit", "button", "image", "reset"}
KEEPS_NOTHING = {
    "/account/privacy/erasure": "asks whether one is sure, and the page says all that comes of it",
    "/account/security/second-step/app": "compares what is typed with what the app should show",
    "/auth/prove": "compares what is typed with what is known",
    "/lots/{lot}/bids": "the short form on the lot leads to the review, and the page has no byte left (P2)",
    "/lots/{lot}/receipts/proof": "compares what is typed with a receipt",
}
"""Forms from which nothing is kept, with the reason."""

pytestmark = pytest.mark.slow  # As the matrix, whose house it asks.


def asks(form: Element) -> bool:
    """Whether somebody types or chooses something in a form."""
    return any(
        control.tag in TYPED or (control.tag == "input" and control.get("type") not in NOT_TYPED)
        for control in form.iter()
    )


def leads_to_the_policy(form: Element) -> bool:
    return any(str(link.get("href")).partition("#")[0] == "/policies/privacy" for link in form.iter("a"))


def asking_forms(page: TestResponse) -> Iterator[Element]:
    for found in FORM.findall(page.text):
        tree: Element = html5lib.parse(found, namespaceHTMLElements=False)
        yield from (form for form in tree.iter("form") if asks(form))


def forms_of_the_house(house: House) -> Iterator[tuple[str, Element]]:
    """Each form that a visitor or member can come to, with who saw it where."""
    for name, entry in MATRIX.items():
        if not name.startswith("GET ") or "/live" in entry.path:
            continue
        for actor in ASKED:
            if entry.row[actor] != OK or entry.path.startswith("/admin/"):
                continue
            page = house.ask(actor, "GET", house.fill(entry.path))
            if page.mimetype == "text/html":
                yield from ((f"{actor} at {entry.path}", form) for form in asking_forms(page))
            page.close()


def test_every_form_that_asks_a_person_leads_to_the_privacy_policy(house: House) -> None:
    silent, kept_apart, seen = {}, {house.fill(path) for path in KEEPS_NOTHING}, set()
    for where, form in forms_of_the_house(house):
        action = str(form.get("action")).partition("?")[0].partition("#")[0]
        seen.add(action)
        if action not in kept_apart and not leads_to_the_policy(form):
            silent[action] = where
    assert not silent, f"include content/policies/_collects.html in {sorted(silent.items())}"
    assert kept_apart <= seen, "an exception is no longer needed"
    assert {"/auth/register", "/auth/login", "/account/profile/phone", "/account/bank/iban"} <= seen


def test_a_bid_leads_to_it_where_the_bid_counts(house: House) -> None:
    """The review of a bid, and the form with everything that may be said beside the amount."""
    lot = house.things["lot"]
    review = house.ask("owner", "POST", f"/lots/{lot}/bids", {"amount": "99000000", "key": "collecting-1"})
    whole = house.ask("owner", "GET", f"/lots/{lot}/bids/new")
    for page in (review, whole):
        forms = list(asking_forms(page))
        assert forms
        assert all(leads_to_the_policy(form) for form in forms)
    house.put_back()

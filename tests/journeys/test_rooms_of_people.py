"""Every page about people, their choices and their data in a browser, once, with the question for choices still open
(A-07, B1, L1).

The addresses are those of the access matrix, so that a new page is visited by itself. Each is opened by one person, and
by turns in French and light or in English and dark, wide and narrow: axe finds nothing, and nothing is cut off.
"""

from __future__ import annotations

import pytest
from flask import Flask

from tests import factories
from tests.house import matrix_things
from tests.house.matrix import MATRIX
from tests.house.matrix_cast import OK, STAFF
from tests.journeys.conftest import LiveServer, SessionOf, Visit
from tests.journeys.people import Person
from tests.journeys.test_every_page import NARROW, faults_here

ROOMS = (
    "/auth/", "/account/", "/consents", "/policies/", "/privacy/", "/erasures/", "/deletions/", "/admin/members/",
    "/admin/content/policies/", "/admin/privacy/", "/admin/erasures/", "/admin/registers/",
)  # fmt: skip
"""Where they are."""
LOOKS = (("fr", "light"), ("en", "dark"))
NO_PAGES = ("/consents/receipts/", "/account/security/second-step/codes.txt", "/auth/with/facebook/callback")

pytestmark = pytest.mark.slow


def pages() -> list[tuple[str, str]]:
    """Each page, with who of the matrix opens it: the least of those who may."""
    found = []
    for name, entry in MATRIX.items():
        if name.startswith("GET ") and entry.path.startswith(ROOMS) and not entry.path.startswith(NO_PAGES):
            found.append((entry.path, next(who for who in ("visitor", "owner", "admin") if entry.row[who] == OK)))
    return found


def test_every_page_about_people_is_in_order(
    app: Flask, live_server: LiveServer, visit: Visit, session_of: SessionOf
) -> None:
    people = {name: factories.member(name) for name in ("owner", "other", "target")}
    people |= {role: factories.member(role, roles=[role]) for role in STAFF}
    people["unstepped"] = factories.member("unstepped", roles=["admin"])
    things = matrix_things.things(people) | {"target": str(people["target"].id)}
    house = live_server(workers=1, threads=24, **matrix_things.FACEBOOK)
    inside: dict[tuple[str, str], Person] = {}
    faults, asked = [], 0
    for number, (path, who) in enumerate(pages()):
        language, scheme = LOOKS[number % len(LOOKS)]
        if (who, language) not in inside:
            person = inside[who, language] = visit(house, language, color_scheme=scheme, viewport=NARROW)
            if who != "visitor":
                person.enter_as(session_of(people[who]))
        person = inside[who, language]
        answer = person.page.goto(path.format(**things))
        assert answer is not None
        assert answer.status == 200, path
        asked += person.page.locator("form.consent").count()
        # By night as well everything is looked at, not the colours alone.
        faults += faults_here(person, path, "light")
    assert not faults, "\n".join(faults)
    assert asked > 5, "the question for choices stood on the pages of visitors and members"

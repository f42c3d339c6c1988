"""htmx 4 on the server, and the files of it that we serve."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask, make_response, request
from jinja2 import DictLoader

from gallery.core import assets, htmx
from gallery.core.access import public

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def two_answers(app: Flask) -> Flask:
    """The application with a view that has a page and a part."""
    app.jinja_loader = DictLoader({"page.html": "<p>whole {{ what }}</p>", "_part.html": "<p>part {{ what }}</p>"})
    app.add_url_rule("/two", "two", public(lambda: htmx.respond("page.html", "_part.html", status=422, what="lot")))
    return app


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({}, "whole"),
        (PARTIAL, "part"),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, "whole"),
        (PARTIAL | {"HX-Boosted": "true"}, "whole"),
        (PARTIAL | {"HX-History-Restore-Request": "true"}, "whole"),
        ({"HX-Request-Type": "partial"}, "whole"),
    ],
)
def test_a_view_gives_the_part_only_to_whom_asked_for_it(
    two_answers: Flask, headers: dict[str, str], shown: str
) -> None:
    answer = two_answers.test_client().get("/two", headers=headers)
    assert shown in answer.text
    assert answer.status_code == 422
    assert "HX-Request" in answer.vary


def test_the_headers_of_htmx_4_are_read(app: Flask) -> None:
    headers = PARTIAL | {"HX-Source": "form#bid", "HX-Target": "div#lot-7-panel"}
    with app.test_request_context("/", headers=headers):
        assert request.htmx.source == "form#bid"  # type: ignore[attr-defined]
        assert request.htmx.target == "lot-7-panel"  # type: ignore[attr-defined]
        assert htmx.wants_partial()
    with app.test_request_context("/", headers={"HX-Target": "body"}):
        assert request.htmx.target is None  # type: ignore[attr-defined]


def test_an_answer_may_go_elsewhere_by_any_swap(app: Flask) -> None:
    with app.test_request_context("/"):
        answer = htmx.retarget(make_response(""), "#lot-7-panel", "outerMorph show:top")
    assert answer.headers["HX-Retarget"] == "#lot-7-panel"
    assert answer.headers["HX-Reswap"] == "outerMorph show:top"


def test_what_others_wrote_is_what_was_pinned() -> None:
    vendor = assets.SOURCE / "vendor"
    ((size, digest),) = re.findall(
        r"^dist/\S+ +(\d+) +([0-9a-f]{64})$", (vendor / "VERSIONS").read_text(), re.MULTILINE
    )
    (script,) = vendor.glob("*.js")
    content = script.read_bytes()
    assert len(content) == int(size)
    assert hashlib.sha256(content).hexdigest() == digest


def test_no_template_lends_its_nonce_to_what_htmx_brings(app: Flask) -> None:
    for path in Path(app.root_path, "templates").rglob("*.html"):
        assert "inlineScriptNonce" not in path.read_text(), path

"""The inspecting client sees what it is there to see."""

from __future__ import annotations

import pytest

from tests.inspection import faults_of

PAGE = '<!doctype html><html lang="fr"><head><title>Lot 7</title></head><body><h1>La vague</h1>{}</body></html>'


def test_a_page_in_order_passes() -> None:
    assert list(faults_of(PAGE.format('<form action="/x" method="post"><input name="csrf_token"></form>'))) == []


def test_a_fragment_needs_no_frame() -> None:
    assert list(faults_of('<tr id="bid-1"><td>120</td></tr>')) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (PAGE.replace(' lang="fr"', "").format(""), "no lang"),
        (PAGE.replace("Lot 7", " ").format(""), "<title>"),
        (PAGE.format("<h1>Encore</h1>"), "2 <h1>"),
        (PAGE.format('<p id="a"></p><p id="a"></p>'), "stands 2 times"),
        (PAGE.format("<div><p>x</div></div>"), "invalid HTML"),
        (PAGE.format('<form method="get"></form>'), "no action"),
        (PAGE.format('<form action="/x"></form>'), "no method"),
        (PAGE.format('<form action="/x" method="post"></form>'), "no csrf_token"),
        (PAGE.format('<p style="color: red"></p>'), "is inline"),
        (PAGE.format('<button type="button" onclick="x()">x</button>'), "is inline"),
        (PAGE.format("<script>x()</script>"), "no nonce"),
        (PAGE.format('<a href="javascript:x()">x</a>'), "runs code"),
        (PAGE.format('<img src="/a.jpg">'), "no alt"),
        (PAGE.format('<p hx-get="/x"></p>'), "data-hx-get"),
        (PAGE.format('<label for="nowhere">x</label>'), "points at nothing"),
    ],
)
def test_a_faulty_page_is_named(broken: str, said: str) -> None:
    assert any(said in fault for fault in faults_of(broken)), list(faults_of(broken))


def test_a_nonce_of_another_answer_is_a_fault() -> None:
    page = PAGE.format('<script nonce="old">x()</script>')
    assert list(faults_of(page, "script-src 'nonce-old'")) == []
    assert list(faults_of(page, "script-src 'nonce-new'"))

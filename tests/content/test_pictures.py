"""Pictures in texts: by content and not by name, without hidden data, never without words (5.x, 1.3.4, 14.2.8)."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from gallery.content.pages import queries, services
from gallery.core import files
from tests.auth.doors import token_of
from tests.content.desk import begin, editor, publish
from tests.inspection import InspectingClient
from tests.lots.paint import painting

ALT = {"alt_fr": "Un masque de bois", "alt_en": "A mask of wood"}


def upload(client: InspectingClient, content: bytes, name: str = "mask.jpg", **fields: str) -> TestResponse:
    token = token_of(client.get("/admin/").text)
    sent = {"csrf_token": token, "picture": (io.BytesIO(content), name), **(ALT | fields)}
    return client.post("/admin/content/pictures?lang=en", data=sent, content_type="multipart/form-data")


def test_a_picture_is_shown_in_a_text_with_its_words(client: InspectingClient) -> None:
    editor(client)
    assert upload(client, painting(900, 600)).status_code == 303
    publish(client, begin(client, body_en="Look: ![](picture:1)"))
    page = client.get("/pages/about?lang=en").text
    assert 'alt="A mask of wood"' in page
    source = page.partition('src="/pictures/')[2].partition('"')[0]
    shown = client.get(f"/pictures/{source}")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert 'width="900" height="600"' in page, "nothing moves when it comes"


def test_what_a_camera_hid_in_it_is_gone(client: InspectingClient) -> None:
    editor(client)
    upload(client, painting(300, 200, comment=b"by Sol in Fann", xmp=b"<x>Sol</x>"))
    (picture,) = queries.all_pictures()
    for width in picture.widths.split(","):
        for kind in ("avif", "webp", "jpg"):
            with files.store().open(f"pictures/{picture.file}-{width}.{kind}") as file:
                assert b"Sol" not in file.read()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "mask.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "mask.jpg"),
        (b"GIF89a" + bytes(40), "mask.gif"),
        (b"%PDF-1.7", "mask.png"),
        (painting(200, 200)[:900], "mask.jpg"),
        (painting(20, 20), "small.jpg"),
        (b"", "empty.jpg"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(
    client: InspectingClient, content: bytes, name: str
) -> None:
    editor(client)
    answer = upload(client, content, name)
    assert answer.status_code == 422
    assert 'id="picture-error"' in answer.text
    assert "A mask of wood" in answer.text
    assert queries.all_pictures() == []


@pytest.mark.parametrize("missing", ["alt_fr", "alt_en"])
def test_no_picture_without_words(client: InspectingClient, missing: str) -> None:
    """1.1.1: what it shows is said in both languages."""
    editor(client)
    assert upload(client, painting(100, 100), **{missing: " "}).status_code == 422


def test_only_who_is_signed_in_may_send_much(client: InspectingClient) -> None:
    """A stranger's large form is turned away before it is read."""
    large = bytes(2 << 20)
    sent = {"picture": (io.BytesIO(large), "mask.jpg"), **ALT}
    answer = client.post("/admin/content/pictures", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 413
    editor(client)
    assert upload(client, large).status_code == 422, "read, and found to be no picture"
    assert upload(client, bytes(13 << 20)).status_code == 413


def test_words_in_both_languages_are_shown_in_each(app: Flask, client: InspectingClient) -> None:
    editor(client)
    upload(client, painting(300, 200))
    assert 'alt="Un masque de bois"' in services.rendered("![](picture:1)", "fr")
    assert 'alt="A mask of wood"' in services.rendered("![](picture:1)", "en")
    assert services.rendered("![](picture:2)", "en") == "<p></p>\n"

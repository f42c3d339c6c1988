"""What every answer carries, and what the first view of a page weighs."""

from __future__ import annotations

import re

import brotli
import pytest
from flask import Flask, make_response, render_template, session

from gallery import create_app
from gallery.core import assets, clock, web
from gallery.core.access import public
from gallery.core.settings import Settings
from tests import factories
from tests.inspection import InspectingClient

LOT_PAGE_BYTES = 4_000  # HTML and inlined CSS of a lot's page, compressed as it is served (PERFORMANCE goal 8).
ALL_CSS_BYTES = 6_000
SCRIPT_BYTES = 15_000  # htmx and ours, with its words.


def policy_of(response) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split("; ")
    return dict(part.partition(" ")[::2] for part in parts)


@pytest.fixture
def with_routes(app: Flask) -> Flask:
    """The application with a page that answers 304, one that keeps the session and one that is plain data."""

    @public
    def unchanged():
        return make_response("", 304)

    @public
    def data():
        return {"plain": True}

    @public
    def page():
        session["_user_id"] = "somebody"
        return render_template("errors/error.html", status=200, title="A page", words="")

    for view in (unchanged, data, page):
        app.add_url_rule(f"/test/{view.__name__}", view.__name__, view)
    return app


def test_scripts_and_styles_run_only_by_the_nonce_of_this_very_answer(client: InspectingClient) -> None:
    first, second = client.get("/lots/"), client.get("/lots/")
    policy = policy_of(first)
    nonce = re.findall(r"'nonce-([\w-]{22})'", policy["script-src"])[0]
    assert set(re.findall(r'nonce="([^"]*)"', first.text)) == {nonce}
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonce}"')
    assert nonce not in second.text
    assert "unsafe" not in first.headers["Content-Security-Policy"]
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"


def test_an_answer_without_a_page_allows_no_script_at_all(with_routes: Flask) -> None:
    assert policy_of(with_routes.test_client().get("/test/data"))["script-src"] == "'none'"


def test_an_unchanged_page_keeps_the_policy_that_its_nonce_belongs_to(with_routes: Flask) -> None:
    unchanged = with_routes.test_client().get("/test/unchanged")
    assert unchanged.status_code == 304
    assert "Content-Security-Policy" not in unchanged.headers


def test_a_form_may_lead_to_a_payment_page_only_when_it_is_named(app: Flask, client: InspectingClient) -> None:
    assert policy_of(client.get("/"))["form-action"] == "'self'"
    web.allow_form_target(app, "https://checkout.example")
    assert policy_of(client.get("/"))["form-action"] == "'self' https://checkout.example"


def test_every_answer_keeps_browsers_from_guessing_and_framing(client: InspectingClient) -> None:
    for path in ("/", "/nothing-here", "/static/icons/favicon.svg"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers


FOREIGN = {"page": "/lots/", "act": "/auth/login", "file": "/static/css/gallery.css", "machine": "/healthz"}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}, {"Accept": "application/json"}], ids=str)
def test_a_request_for_another_host_is_refused_in_words(
    settings: Settings, client: InspectingClient, path: str, method: str, headers: dict[str, str]
) -> None:
    """Whatever is built from the host's name would lead there: from a poisoned cache, or from a mail."""
    answer = client.open(path, method=method, base_url="http://evil.example", headers=headers)
    assert answer.status_code == 400
    assert settings.base_url in answer.text, "it says where the house is"
    assert "evil.example" not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("env", "host", "status"),
    [
        ("production", "gallery.example", 200),
        ("production", "gallery.example.evil.example", 400),
        ("production", "localhost", 400),
        ("demo", "gallery.example:8000", 200),
        ("demo", "127.0.0.1:8000", 200),
        ("demo", "localhost", 200),
    ],
)
def test_the_house_answers_under_its_own_name_and_at_home_also_locally(
    environ: dict[str, str], env: str, host: str, status: int
) -> None:
    more = {"GALLERY_ENV": env, "GALLERY_BASE_URL": "https://gallery.example", "GALLERY_PROXIES": "0"}
    settings = Settings.from_environ(
        environ | more | {"GALLERY_MAIL_URL": "smtp://localhost", "GALLERY_EU_REPRESENTATIVE": "Somebody, Paris"}
    )
    client = create_app(settings).test_client()
    assert client.get("/healthz", base_url=f"https://{host}").status_code == status


def test_a_page_is_never_anothers(with_routes: Flask) -> None:
    client = with_routes.test_client()
    visitors = client.get("/lots/")
    assert visitors.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "HX-Request", "Accept-Language"} <= set(visitors.vary)
    assert client.get("/test/page").headers["Cache-Control"] == "no-store"


def test_the_page_tells_the_servers_time_to_the_millisecond(client: InspectingClient) -> None:
    before = clock.now().timestamp() * 1000
    page = client.get("/")
    told = re.fullmatch(r"now;dur=(\d+)", page.headers["Server-Timing"])
    assert told
    assert int(before) <= int(told[1]) == int(page.headers["X-Now"]) <= clock.now().timestamp() * 1000


def test_htmx_is_configured_to_keep_nothing(client: InspectingClient) -> None:
    """That it stays at home is its default; tests/journeys/test_live.py asks the running one (H-01)."""
    assert 'name="htmx-config" content="history:reload includeIndicatorCSS:false"' in client.get("/").text


def test_the_frame_links_only_to_pages_that_are_there(client: InspectingClient) -> None:
    page = client.get("/").text
    frame = page.partition("<main")[0] + page.partition("</main>")[2]
    links = set(re.findall(r'href="(/[^"]*)"', frame))
    assert {"/", "/lots/"} <= links
    for link in links:
        assert client.get(link).status_code in (200, 302), link


def test_signing_in_leads_back_to_where_one_was(client: InspectingClient) -> None:
    assert 'href="/auth/login?next=%2Flots%2F%3Fq%3Dsea"' in client.get("/lots/?q=sea").text
    assert 'href="/auth/login"' in client.get("/").text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "You have been outbid."), ("fr", "Votre enchère a été dépassée.")]
)
def test_the_script_is_asked_for_once_and_speaks_the_pages_language(
    client: InspectingClient, language: str, words: str
) -> None:
    page = client.get("/", query_string={"lang": language})
    address = re.findall(rf'src="(/static/\w{{10}}/js/gallery\.{language}\.js)"', page.text)[0]
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.mimetype == "text/javascript"
    script = brotli.decompress(answer.data).decode()
    assert f'outbid: "{words}"' in script
    assert "_(" not in script


def test_the_words_of_a_script_are_what_its_language_says() -> None:
    said = 'say(_("Ended"), call_("Ended"), _("No \\"such\\" text"));'
    assert assets.in_language(said, "fr") == 'say("Terminé", call_("Ended"), "No \\"such\\" text");'
    assert assets.in_language(said, "en") == 'say("Ended", call_("Ended"), "No \\"such\\" text");'


def test_a_page_older_than_the_release_still_gets_its_style(client: InspectingClient) -> None:
    stale = client.get("/static/0123456789/css/gallery.css")
    assert stale.status_code == 200
    assert "immutable" not in stale.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../wsgi.py", "..%2fwsgi.py", "0123456789/../../wsgi.py", "css/none.css", "vendor/"])
def test_nothing_else_is_served_as_a_static_file(client: InspectingClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_lots_page_fits_into_four_thousand_bytes(client: InspectingClient) -> None:
    lot_id = factories.open_lot(currency="XOF", opening_minor=150_000)
    page = client.get(f"/lots/{lot_id}", headers={"Accept-Encoding": "gzip, br"})
    assert page.headers["Content-Encoding"] == "br"
    assert len(page.data) < LOT_PAGE_BYTES
    # The first view waits for nothing: no style sheet before the end, no script that blocks.
    markup = brotli.decompress(page.data).decode()
    assert "stylesheet" not in markup.partition("</footer>")[0]
    assert all("defer" in script for script in re.findall(r"<script[^>]*>", markup))


def test_all_styles_and_scripts_stay_small(client: InspectingClient) -> None:
    sheets = [assets.minified(path.read_text()) for path in (assets.SOURCE / "css").glob("*.css")]
    assert sum(len(brotli.compress(sheet.encode())) for sheet in sheets) < ALL_CSS_BYTES
    for language in ("fr", "en"):
        scripts = re.findall(r'src="(/static/[^"]+\.js)"', client.get("/", query_string={"lang": language}).text)
        sizes = [len(client.get(one, headers={"Accept-Encoding": "br"}).data) for one in scripts]
        assert len(sizes) == 2
        assert sum(sizes) < SCRIPT_BYTES


def test_minifying_keeps_what_css_needs() -> None:
    css = "/* why */\n.a > .b,\n.c { margin: calc(1rem + 2vw) 0;\n color: red; }\n@media (width > 1px) { p { top: 0 } }"
    assert assets.minified(css) == ".a>.b,.c{margin:calc(1rem + 2vw) 0;color:red}@media (width>1px){p{top:0}}"


def test_uncommenting_keeps_addresses_and_strings() -> None:
    script = '/* head\n   more */\nlet a = "http://x"; // why\n  // gone\n\n  b();\n'
    assert assets.uncommented(script) == 'let a = "http://x"; // why\nb();\n'

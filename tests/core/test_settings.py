"""What an operator may set is read strictly, and what must be thought about must be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from gallery import create_app
from gallery.core.db import _patience
from gallery.core.settings import Settings, SettingsError
from tests.conftest import KEYS


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """All that production needs but the number of its proxies."""
    return KEYS | {
        "GALLERY_ENV": "production",
        "GALLERY_DATA_DIR": str(tmp_path),
        "GALLERY_BASE_URL": "https://gallery.example",
        "GALLERY_MAIL_URL": "smtp://localhost",
        "GALLERY_EU_REPRESENTATIVE": "A representative, rue 1, Paris",
    }


@pytest.mark.parametrize("unsaid", [{}, {"GALLERY_PROXIES": ""}])
def test_production_must_say_how_many_proxies_stand_in_front(
    production: dict[str, str], unsaid: dict[str, str]
) -> None:
    """Unsaid behind a proxy, all visitors would be one to the throttles, and one visitor could lock all out."""
    with pytest.raises(SettingsError, match="GALLERY_PROXIES must be set in production"):
        Settings.from_environ(production | unsaid)


@pytest.mark.parametrize("said", ["0", "1"])
def test_no_proxy_is_an_answer_too(production: dict[str, str], said: str) -> None:
    assert Settings.from_environ(production | {"GALLERY_PROXIES": said}).proxies == int(said)


def test_production_must_name_the_representative_in_the_european_union(production: dict[str, str]) -> None:
    """P-50: whoever offers to people in the Union from Dakar has somebody there who can be reached."""
    with pytest.raises(SettingsError, match="GALLERY_EU_REPRESENTATIVE"):
        Settings.from_environ(production | {"GALLERY_PROXIES": "0", "GALLERY_EU_REPRESENTATIVE": ""})


@pytest.mark.parametrize("days", ["14", "0", "soon"])
def test_a_notice_of_fewer_than_fifteen_days_stops_the_start(environ: dict[str, str], days: str) -> None:
    """P-54, C-09."""
    with pytest.raises(SettingsError, match="GALLERY_POLICY_NOTICE_DAYS"):
        Settings.from_environ(environ | {"GALLERY_POLICY_NOTICE_DAYS": days})


def test_the_operating_model_is_one_that_the_terms_know(environ: dict[str, str]) -> None:
    """C-17: the terms say it, so that nothing else can be set."""
    with pytest.raises(SettingsError, match="GALLERY_OPERATING_MODEL"):
        Settings.from_environ(environ | {"GALLERY_OPERATING_MODEL": "auctioneer"})


def test_outside_of_production_there_is_no_proxy_unless_it_is_said(environ: dict[str, str]) -> None:
    assert Settings.from_environ(environ).proxies == 0


@pytest.mark.parametrize(
    ("streams", "threads", "most"), [("48", "16", 12), ("48", "64", 48), ("48", "1", 0), ("4", "64", 4), ("", "", 48)]
)
def test_streams_leave_a_quarter_of_the_threads_to_everyone_else(
    environ: dict[str, str], streams: str, threads: str, most: int
) -> None:
    settings = Settings.from_environ(environ | {"GALLERY_STREAMS": streams, "GALLERY_THREADS": threads})
    assert settings.most_streams == most
    room = create_app(settings).extensions["live"]._seats._room
    assert room[True] == most, "streams that hold a thread"
    assert room[False] == int(streams or 4000), "streams that left it"


@pytest.mark.parametrize("threads", ["0", "-1", "many", "1.5"])
def test_a_number_of_threads_that_makes_no_sense_stops_the_start(environ: dict[str, str], threads: str) -> None:
    with pytest.raises(SettingsError, match="GALLERY_THREADS"):
        Settings.from_environ(environ | {"GALLERY_THREADS": threads})


def test_what_the_operator_wrote_into_the_address_overrules_the_houses_patience() -> None:
    address = (
        "postgresql+psycopg://db/gallery?connect_timeout=30&options=-c%20lock_timeout%3D1000%20-c%20search_path%3Dart"
    )
    patience = _patience(address)
    assert "connect_timeout" not in patience
    assert str(patience["options"]).endswith("-c lock_timeout=1000 -c search_path=art")
    assert str(patience["options"]).startswith("-c lock_timeout=5000 ")
    assert make_url(address).query["connect_timeout"] == "30"


GOOGLE = {"GALLERY_GOOGLE_CLIENT_ID": "an-id", "GALLERY_GOOGLE_CLIENT_SECRET": "a-secret"}
FACEBOOK = {"GALLERY_FACEBOOK_APP_ID": "1234", "GALLERY_FACEBOOK_APP_SECRET": "a-secret"}


@pytest.mark.parametrize("keys", [GOOGLE, FACEBOOK], ids=["google", "facebook"])
def test_the_keys_of_a_provider_come_together_or_not_at_all(environ: dict[str, str], keys: dict[str, str]) -> None:
    Settings.from_environ(environ | keys)
    for left_out in keys:
        with pytest.raises(SettingsError, match="belong together"):
            Settings.from_environ(environ | keys | {left_out: ""})


def test_without_keys_there_is_no_provider(environ: dict[str, str]) -> None:
    settings = Settings.from_environ(environ)
    assert settings.google_client_id is None
    assert settings.facebook_app_id is None


@pytest.mark.parametrize("name", ["GALLERY_GOOGLE_ISSUER", "GALLERY_FACEBOOK_DIALOG", "GALLERY_FACEBOOK_GRAPH"])
def test_production_asks_providers_over_https_only(production: dict[str, str], name: str) -> None:
    """An issuer without TLS is whoever sits in between (10.5.3, 12.2.1)."""
    known = production | GOOGLE | FACEBOOK | {"GALLERY_PROXIES": "1", "GALLERY_CDP_NUMBERS": "login-providers = 1"}
    assert Settings.from_environ(known).google_issuer == "https://accounts.google.com"
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ(known | {name: "http://provider.example/x"})


@pytest.mark.parametrize("address", ["provider.example", "https://", "https://x.example?a=b", "ftp://x.example"])
def test_an_issuer_that_is_no_address_stops_the_start(environ: dict[str, str], address: str) -> None:
    with pytest.raises(SettingsError, match="GALLERY_GOOGLE_ISSUER"):
        Settings.from_environ(environ | {"GALLERY_GOOGLE_ISSUER": address})


def test_the_secrets_of_providers_are_in_no_printed_settings(environ: dict[str, str]) -> None:
    assert "a-secret" not in repr(Settings.from_environ(environ | GOOGLE | FACEBOOK))

"""P-60: a number at the CDP for each processing, and none switched on in production without."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from gallery.content import blocks
from gallery.core import formalities, map_words
from gallery.core.formalities import FEATURES, PROCESSINGS, read
from gallery.core.settings import Settings, SettingsError
from gallery.privacy.registers import record

NUMBERS = "account, bidding = 2026/0451; advertising = A/2026/7"


def test_one_number_may_cover_several() -> None:
    assert read(NUMBERS) == (("account", "2026/0451"), ("bidding", "2026/0451"), ("advertising", "A/2026/7"))
    assert read("") == ()


@pytest.mark.parametrize("text", ["account", "shoes = 1", "account = 1; account = 2", "account = <b>", "= 1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not like|no processing|two numbers"):
        read(text)


def production(tmp_path: Path, **more: str) -> Settings:
    return Settings.from_environ(
        {
            "GALLERY_ENV": "production",
            "GALLERY_DATA_DIR": str(tmp_path),
            "GALLERY_SECRET_KEY": "s" * 40,
            "GALLERY_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "GALLERY_BASE_URL": "https://gallery.example",
            "GALLERY_MAIL_URL": "smtps://mail.example",
            "GALLERY_PROXIES": "0",
            "GALLERY_EU_REPRESENTATIVE": "Maître Dupont, Lyon",
            **more,
        }
    )


def test_production_gives_nothing_to_advertisers_without_a_number(tmp_path: Path) -> None:
    assert production(tmp_path).cdp_numbers == ()
    with pytest.raises(SettingsError, match="advertising"):
        production(tmp_path, GALLERY_GOOGLE_TAG="G-ABCD1234")
    with pytest.raises(SettingsError, match="no processing 'shoes'"):
        production(tmp_path, GALLERY_CDP_NUMBERS="shoes = 1")
    assert production(tmp_path, GALLERY_GOOGLE_TAG="G-ABCD1234", GALLERY_CDP_NUMBERS=NUMBERS).google_tag


def test_every_switch_that_is_named_is_a_setting() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)}
    assert {name for names in FEATURES.values() for name in names} <= fields
    assert FEATURES.keys() == map_words.FEATURES.keys()
    assert len(set(PROCESSINGS)) == len(PROCESSINGS)


def test_the_legal_notice_and_the_record_show_them(app: Flask) -> None:
    site = dataclasses.replace(app.extensions["settings"], cdp_numbers=read(NUMBERS))
    app.extensions["settings"] = dataclasses.replace(site, cdp_numbers=())
    assert "Formalités" not in blocks.fill("<p>{{ table:house }}</p>", "fr")
    app.extensions["settings"] = site
    notice = blocks.fill("<p>{{ table:house }}</p>", "fr")
    assert "2026/0451" in notice
    assert "publicité" in notice
    told = record.as_markdown(site, "en")
    assert told.count("  - 2026/0451") == 2
    assert told.count("  - no number yet") == len(record.activities()) - 2
    assert formalities.unnumbered(site.cdp_numbers, ["google_tag", "facebook_page"]) == ["plug-ins"]

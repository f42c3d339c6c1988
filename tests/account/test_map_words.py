"""The data map in words, and no field of a form without a line of it (P-32, P-33)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import force_locale
from wtforms.fields.core import UnboundField

import gallery
from gallery.account.forms import FIELDS, Part
from gallery.account.models import Profile
from gallery.auth.forms import PlainForm
from gallery.auth.models import Role
from gallery.core import map_words
from gallery.core.db import Base
from gallery.core.personal import KEY, Basis, Category, Entry, Keep, Purpose, Recipient

TABLES = {
    "account.forms": "profile",
    "account.preferences": "member",
    "account.company_forms": "company",
    "account.bank_forms": "bank_account",
    "auth.forms": "member",
    "auth.federated.forms": "member",
    "auth.factors.forms": "member",
    "auth.passkeys.forms": "passkey",
    "privacy.desk.forms": "privacy_request",
    "privacy.centre.forms": "privacy_request",
    "privacy.public.forms": "privacy_request",
}
"""In which table the fields of a module's forms are kept, each under its own name unless COLUMNS says otherwise."""

COLUMNS = {
    "account.company_forms certified": "company.certified_at",
    "account.company_forms confirmed": "profile.sells_as",
    "account.bank_forms iban": "bank_account.number",
    "account.bank_forms account_code": "bank_account.number",
    "auth.address.forms email": "address_change.new_email",
    "auth.factors.forms code": "sign_in.with_second_step",
    "auth.federated.forms remember": "device_session.is_remembered",
    "auth.forms new_password": "member.password",
    "auth.forms remember": "device_session.is_remembered",
    "auth.passkeys.forms credential": "passkey.public_key",
    "auth.passkeys.forms remember": "device_session.is_remembered",
    "privacy.centre.forms category": "privacy_request.words",
    "privacy.centre.forms against": "privacy_request.words",
    "privacy.centre.forms why": "privacy_request.words",
    "privacy.desk.forms received_on": "privacy_request.received_at",
    "privacy.public.forms code": "privacy_request.code_nonce",
    "privacy.desk.forms code": "privacy_request.code_nonce",
    "privacy.desk.forms proved": "privacy_request.proved_at",
    "privacy.desk.forms proposed_at": "privacy_request.proposed_at",
    "privacy.desk.forms until": "privacy_request.extended_until",
    "privacy.desk.forms reason": "privacy_request.extension_reason",
    "privacy.desk.forms ground": "privacy_request.kept",
    "privacy.desk.forms categories": "privacy_request.kept",
    "privacy.desk.forms partly": "privacy_request.state",
    "privacy.breaches.forms aware_at": "breach.by_id",
    "privacy.breaches.forms began_at": "breach.by_id",
    "privacy.breaches.forms categories": "breach.by_id",
    "privacy.breaches.forms effects": "breach.by_id",
    "privacy.breaches.forms ended_at": "breach.by_id",
    "privacy.breaches.forms facts": "breach.by_id",
    "privacy.breaches.forms kinds": "breach.by_id",
    "privacy.breaches.forms late_reason": "breach_notice.by_id",
    "privacy.breaches.forms measures": "breach.by_id",
    "privacy.breaches.forms people": "breach.by_id",
    "privacy.breaches.forms reason": "breach.by_id",
    "privacy.breaches.forms risk": "breach.by_id",
    "privacy.breaches.forms session": "breach_member.member_id",
    "privacy.breaches.forms since": "breach_member.member_id",
    "privacy.breaches.forms staff": "breach_member.member_id",
    "privacy.breaches.forms tables": "breach_member.member_id",
    "privacy.breaches.forms told": "breach_notice.by_id",
    "privacy.breaches.forms told_at": "breach_notice.by_id",
    "privacy.breaches.forms until": "breach_member.member_id",
    "privacy.breaches.forms words": "breach_notice.by_id",
    "privacy.breaches.forms words_en": "breach.by_id",
    "privacy.breaches.forms words_fr": "breach.by_id",
    "privacy.disclosures.forms categories": "disclosure.member_id",
    "privacy.disclosures.forms given_at": "disclosure.member_id",
    "privacy.disclosures.forms ground": "disclosure.member_id",
    "privacy.disclosures.forms member": "disclosure.member_id",
    "privacy.disclosures.forms recipient": "disclosure.member_id",
    "privacy.disclosures.forms reference": "disclosure.reference",
    "privacy.disclosures.forms silent_until": "disclosure.member_id",
    "privacy.disclosures.forms words": "disclosure.words",
    "consents.forms answer": "consent_receipt.result",
    "consents.forms at": "consent_receipt.mechanism",
    "consents.forms granted": "consent_receipt.result",
    "consents.forms shown": "consent_receipt.text_digest",
    "content.pages.forms based_on": "content_version.author_id",
    "content.pages.forms body_en": "content_version.author_id",
    "content.pages.forms body_fr": "content_version.author_id",
    "content.pages.forms note": "content_version.author_id",
    "content.pages.forms rank": "content_version.author_id",
    "content.pages.forms slug": "content_version.author_id",
    "content.pages.forms title_en": "content_version.author_id",
    "content.pages.forms title_fr": "content_version.author_id",
    "content.pages.picture_forms alt_en": "content_picture.author_id",
    "content.pages.picture_forms alt_fr": "content_picture.author_id",
    "content.pages.picture_forms picture": "content_picture.author_id",
    "content.pages.timed_forms at": "content_decision.by_id",
    "content.pages.timed_forms body_en": "content_version.author_id",
    "content.pages.timed_forms body_fr": "content_version.author_id",
    "content.pages.timed_forms based_on": "content_version.author_id",
    "content.pages.timed_forms link": "content_version.author_id",
    "content.pages.timed_forms note": "content_version.author_id",
    "content.pages.timed_forms place": "content_version.author_id",
    "content.pages.timed_forms shown_from": "content_version.author_id",
    "content.pages.timed_forms shown_until": "content_version.author_id",
    "content.pages.timed_forms title_en": "content_version.author_id",
    "content.pages.timed_forms title_fr": "content_version.author_id",
    "content.pages.timed_forms tone": "content_version.author_id",
    "privacy.erasure.forms sure": "erasure.member_id",
    "content.policies.forms effective_on": "policy_draft.updated_by_id",
    "content.policies.forms is_important": "policy_draft.updated_by_id",
    "content.policies.forms revision": "policy_draft.updated_by_id",
    "content.policies.forms source_en": "policy_draft.updated_by_id",
    "content.policies.forms source_fr": "policy_draft.updated_by_id",
    "content.policies.forms summary_en": "policy_draft.updated_by_id",
    "content.policies.forms summary_fr": "policy_draft.updated_by_id",
    "content.policies.forms version": "policy_acceptance.number",
    "trust.forms amount": "spending_limit.limit_minor",
    "trust.forms currency": "spending_limit.currency",
    "trust.forms days": "block.until",
    "trust.forms q": "profile.name_index",
    "trust.forms reason": "look.reason",
    "trust.forms role": "member_role.member_id",
    "trust.forms words": "look.words",
}
LEADS_BACK = {"next"}
"""An address of ours: kept nowhere."""


def forms() -> Iterator[type[PlainForm]]:
    """All forms of the house."""
    for module in pkgutil.walk_packages(gallery.__path__, "gallery."):
        importlib.import_module(module.name)
    waiting = [PlainForm]
    while waiting:
        found = waiting.pop().__subclasses__()
        waiting += found
        yield from (form for form in found if form.__module__.startswith("gallery."))


def fields() -> set[str]:
    """Every field of every form, as `module field`."""
    return {
        f"{form.__module__.removeprefix('gallery.')} {name}"
        for form in forms()
        for name in dir(form)
        if isinstance(getattr(form, name, None), UnboundField) and name not in LEADS_BACK
    }


def entry_of(field: str) -> object:
    module, name = field.split()
    table, _, column = COLUMNS.get(field, f"{TABLES.get(module)}.{name}").partition(".")
    found = Base.metadata.tables.get(table)
    return found.c[column].info[KEY] if found is not None and column in found.c else None


def test_every_field_of_every_form_has_a_line_in_the_data_map() -> None:
    """Whoever asks for something new says in TABLES or COLUMNS where it is kept, and in the map what for."""
    strangers = sorted(field for field in fields() if not isinstance(entry_of(field), Entry))
    assert strangers == []


def test_the_list_of_exceptions_has_no_dead_lines() -> None:
    assert COLUMNS.keys() - fields() == set()


def test_every_field_of_the_profile_is_shown_in_one_part() -> None:
    shown = [name for names in FIELDS.values() for name in names]
    assert (
        sorted(shown)
        == sorted(set(shown))
        == sorted(field.split()[1] for field in fields() if field.startswith("account.forms "))
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Category, map_words.CATEGORIES),
        (Purpose, map_words.PURPOSES),
        (Basis, map_words.GROUNDS),
        (Keep, map_words.TIMES),
        (Recipient, map_words.RECEIVERS),
    ],
)
def test_the_map_has_words_for_everything_it_can_say(kind: type[StrEnum], words: dict[StrEnum, object]) -> None:
    assert words.keys() == set(kind)
    assert len({str(said) for said in words.values()}) == len(words)


def test_a_line_of_the_map_is_told_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context("/"):
        with force_locale("en"):
            told = map_words.told(Profile.phone)
        assert told.purpose == "to conclude and carry out the sale"
        assert told.receivers == ("our staff, as far as their task needs it", "the seller of a lot that you win")
        assert told.time == "as long as you have the account"


def test_what_says_nothing_about_a_person_has_no_line() -> None:
    with pytest.raises(KeyError):
        map_words.entry(Role.name)


def test_each_part_says_everything_that_holds_for_its_fields() -> None:
    lines = {part: {map_words.entry(Profile.__table__.c[name]) for name in FIELDS[part]} for part in Part}
    assert all(len(found) == 1 for found in lines.values()), "say it under each field then"

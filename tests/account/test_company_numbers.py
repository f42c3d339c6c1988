"""NINEA, SIRET, EU VAT and other register numbers: vectors that fit, and what is refused (B2)."""

from __future__ import annotations

import pytest

from gallery.account.register_numbers import NotANumber, RegisterKind, eu_vat, readable, register_number

NINEA, SIRET, OTHER = RegisterKind.NINEA, RegisterKind.SIRET, RegisterKind.OTHER


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (NINEA, "3067221", "3067221"),
        (NINEA, "306 7221", "3067221"),
        (NINEA, "30672212G2", "30672212G2"),
        (NINEA, "3067221 2g2", "30672212G2"),
        (NINEA, "3067221-2G2", "30672212G2"),
        (NINEA, "3067221\u202f2G2", "30672212G2"),
        (NINEA, "003067221 2G2", "0030672212G2"),
        (SIRET, "73282932000074", "73282932000074"),
        (SIRET, "732 829 320 00074", "73282932000074"),
        (SIRET, "732.829.320.00074", "73282932000074"),
        (SIRET, "732\u00a0829\u00a0320\u00a000074", "73282932000074"),
        (SIRET, "356 000 000 00048", "35600000000048"),  # La Poste's seat.
        (SIRET, "356 000 000 36250", "35600000036250"),  # One of its offices: another rule.
        (OTHER, "SN-DKR-2019-B-12345", "SN-DKR-2019-B-12345"),  # Senegal's register of trade (RCCM).
        (OTHER, "hrb 12345", "HRB 12345"),
        (OTHER, "0403.170.701", "0403.170.701"),
        (OTHER, "CHE-123.456.788", "CHE-123.456.788"),
    ],
)
def test_a_number_is_kept_as_its_register_has_it(kind: RegisterKind, typed: str, kept: str) -> None:
    assert register_number(kind, typed) == kept
    assert register_number(kind, readable(kind, kept)) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (NINEA, "3067222"),  # The last digit checks the others.
        (NINEA, "1234567 0AZ"),
        (NINEA, "30672219G2"),  # No tax status 9.
        (NINEA, "30672212I2"),  # No tax centre I.
        (NINEA, "30672212GG"),
        (NINEA, "306722"),
        (NINEA, "732 829 320 00074"),
        (NINEA, "٣٠٦٧٢٢١"),
        (SIRET, "73282932000079"),
        (SIRET, "732829320"),  # A SIREN: the company, and not its seat.
        (SIRET, "7328293200007"),
        (SIRET, "356 000 000 36252"),
        (SIRET, "30672212G2"),
        (SIRET, "７３２８２９３２００００７４"),
        (OTHER, "ab"),
        (OTHER, "abcdef"),  # A register without figures is a name.
        (OTHER, "=1+1"),
        (OTHER, "-12345"),
        (OTHER, "12345-"),
        (OTHER, "12<345>"),
        (OTHER, "1" * 31),
        (OTHER, "١٢٣٤٥"),
    ],
)
def test_what_is_no_number_of_the_register_is_refused(kind: RegisterKind, typed: str) -> None:
    with pytest.raises(NotANumber):
        register_number(kind, typed)


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("FR 40 303 265 045", "FR", "FR40303265045"),
        ("fr40303265045", "SN", "FR40303265045"),
        ("40 303 265 045", "FR", "FR40303265045"),
        ("DE 136.695.976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("BE 0697.449.992", "BE", "BE0697449992"),
        ("IT 00743110157", "IT", "IT00743110157"),
        ("ES B-58378431", "ES", "ESB58378431"),
        ("B58378431", "ES", "ESB58378431"),
        ("NL 004495445B01", "NL", "NL004495445B01"),
        ("ATU 13585627", "AT", "ATU13585627"),
        ("EL 094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("PT 501 964 843", "PT", "PT501964843"),
    ],
)
def test_a_vat_number_follows_the_rule_of_its_member_state(typed: str, country: str, kept: str) -> None:
    assert eu_vat(typed, country) == kept


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("FR 41 303 265 045", "FR"),  # The key does not fit.
        ("DE 136695977", "DE"),
        ("BE 0697449993", "BE"),
        ("IT 00743110158", "IT"),
        ("ES B58378432", "ES"),
        ("NL 004495446B01", "NL"),
        ("ATU 13585628", "AT"),
        ("40 303 265 045", "SN"),  # Without letters, and from where there are none to add.
        ("136695976", "FR"),
        ("EU372022452", "FR"),  # Where somebody declares, and not where he is.
        ("IM3720000217", "FR"),
        ("GB 980 7806 84", "GB"),
        ("CHE-107.787.577 IVA", "CH"),
        ("US123456789", "US"),
        ("FR", "FR"),
        ("XX", ""),
        ("", "FR"),
    ],
)
def test_what_is_no_vat_number_of_the_union_is_refused(typed: str, country: str) -> None:
    with pytest.raises(NotANumber):
        eu_vat(typed, country)


@pytest.mark.parametrize("typed", ["9" * 41, "9" * 100_000, "\x00", "1\n2", "²³", "½", "٣" * 7, "{{7*7}}", "%s%s%s"])
def test_endless_and_foreign_signs_never_reach_a_library(typed: str) -> None:
    for kind in RegisterKind:
        with pytest.raises(NotANumber):
            register_number(kind, typed)
    with pytest.raises(NotANumber):
        eu_vat(typed, "FR")

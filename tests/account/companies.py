"""Companies and bank accounts that are right, wrong values for each of their fields, and how they are sent (2.2.1)."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.account.nonsense import FORMULAS, NO_CITIES, NO_CODES, NO_COUNTRIES, NO_PHONES, NO_STREETS, UNSEEN
from tests.account.people import TOKEN

GALERIE = {
    "name": "Galerie Ndiaye & Fils",
    "country": "SN",
    "register_kind": "ninea",
    "register_number": "3067221 2G2",
    "vat_number": "",
    "street": "Rue 10, derrière la pharmacie",
    "postal_code": "",
    "city": "Saint-Louis",
    "phone": "77 123 45 67",
    "email": "Bonjour@Galerie.example.org",
    "certified": "y",
}
LYON = GALERIE | {
    "name": "Atelier du Rhône SARL",
    "country": "FR",
    "register_kind": "siret",
    "register_number": "732 829 320 00074",
    "vat_number": "44 732 829 320",
    "street": "4 quai Claude Bernard",
    "postal_code": "69007",
    "city": "Lyon",
    "phone": "04 72 00 00 00",
}
SENEGAL = {"holder": "Awa N'Diaye", "iban": "SN08 SN01 0015 2000 0485 0000 3035"}
LOCAL = {
    "holder": "Awa N'Diaye",
    "bank": "Banque de l'Habitat",
    "account_code": "01520 000485000030 35",
    "country": "SN",
}

_NUMBERS = [
    " ", "x", "-", "??", "é", "ab", "abcdef", "12", "1.", "306722", "3067222", "30672212", "30672212G", "30672219G2",
    "30672212I2", "3067221 2G2 1", "3067221;2G2", "3067221,5,5,5,5,5,5", "73282932000079", "732829320",
    "7328293200007", "FR40303265045", "DE136695976", "SN08SN0100152000048500003035", "NaN", "None", "null",
    "0x2ecd35", "1e6", "٣٠٦٧٢٢١", "３０６７２２１", "Ⅲ067221", "²067221", "<3067221>", "3067221'", '3067221"',
    "3067221\\", "3067221&", "3067221%", "3067221#", "3067221@", "3067221?", "3067221:", "(3067221)", "[3067221]",
    "3067221|", "😀", "9" * 31, "9" * 41, "9" * 100_000, *UNSEEN, *FORMULAS,
]  # fmt: skip

NO_COMPANIES = [
    "", " ", ".", "-", "'", "1", "12345", "??", "+221771234567", "@", "___", "😀😀", "…", "1 2 3", "—", "''", "#",
    "//", "<>", "{}", "-1", "§§", "٣٤", "½½", "²³", "°°", "“”", "()", "¡¿", "|", "\\", "``", "~~", "^^", "%%", "&&",
    "**", "==", "++", ";;", "::", ",,", "!!", "€€", "-Galerie", "+Galerie", "@Galerie", "Galerie 😀", "Galerie <b>",
    "Galerie = 1", *UNSEEN, *FORMULAS, "x" * 121, "Awa " * 60, "z" * 100_000,
]  # fmt: skip
NO_KINDS = [
    "", " ", "NINEA", "Ninea", "siren", "SIRET", "rccm", "x", "0", "1", "-1", "true", "null", "None", "undefined",
    "ninea ", " ninea", "ninea;siret", "ninea,siret", "ninea\n", "nineа", "ｎｉｎｅａ", "٣", "😀", "é", "../ninea",
    "%6e", "' OR 1=1", "*", "other;", "others", "o", "n", "s", "ninea\x00", "[]", "{}", "()", "<ninea>", "&",
    "ninea&siret", "register", "register_kind", "vat", "iban", "private", "trader", "x" * 121, "z" * 100_000, *UNSEEN,
    *FORMULAS,
]  # fmt: skip
NO_VATS = [
    *[one for one in _NUMBERS if one not in (*UNSEEN, " ", "FR40303265045", "DE136695976")], "FR41303265045",
    "BE0697449993", "GB980780684", "CHE107787577", "EU372022452", "IM3720000217",
]  # fmt: skip
NO_MAILS = [
    "", " ", "x", "@", "a@", "@b", "a@b", "a b@example.org", "a@@example.org", "a@example", "a@.org",
    "a@example..org", "a@-example.org", ".a@example.org", "a.@example.org", "a..b@example.org",
    "a@example.org, b@example.org", "a@example.org;b@example.org", "<a@example.org>", "Awa <a@example.org>",
    "mailto:a@example.org", "a@[127.0.0.1]", "a@127.0.0.1", "a@exam ple.org", "a\\@example.org", '"a@example.org',
    "a@example.org.", "a@example,org", "a@ex_mple.org", "a@example.123", "a@😀", "a@example.org\\n",
    "a(b)@example.org", "a@example.org?x=1", "a@@", "a@b@example.org", "null", "None", "77 123 45 67",
    "http://example.org", "a@example.org/", "a" * 65 + "@example.org", "a@" + "b" * 64 + ".org", "a" * 255,
    "a" * 100_000, "é", "a@é", *UNSEEN, *FORMULAS,
]  # fmt: skip
NO_IBANS = [
    "", " ", "x", "SN", "SN08", "SN08 SN01 0015 2000 0485 0000 3036", "SN08 SN01 0015 2000 0485 0000 303",
    "SN08 SN01 0015 2000 0485 0000 3035 1", "SN12 K001 0015 2000 0256 9000 7542", "FR14 2004 1010 0505 0001 3M02 607",
    "DE89 3704 0044 0532 0130 01", "BE68 5390 0754 7043", "CI93 CI00 8011 1301 1342 9120 0588",
    "GB29 NWBK 6016 1331 9268 18", "XX89 3704 0044 0532 0130 00", "ZZ00", "US12 3456 7890",
    "01001 01520 000485000030 35", "3067221 2G2", "732 829 320 00074", "4111 1111 1111 1111", "77 123 45 67",
    "COBADEFFXXX", "DE89 3704 0044 0532 0130 00; DE89", "DE89,3704", "DE89_3704_0044_0532_0130_00",
    "DE89 3704 0044 0532 0130 0O", "ＤＥ89370400440532013000", "DE89 3704 0044 0532 0130 ٠٠", "null", "None", "NaN",
    "1e22", "0x89", "-1", "<DE89370400440532013000>", "DE89370400440532013000'", '"DE89370400440532013000"',
    "DE89370400440532013000\\", "DE89370400440532013000%00", "DE89370400440532013000#", "😀", "é", "@", "??",
    "D" * 61, "9" * 61, "9" * 100_000, *UNSEEN, *FORMULAS,
]  # fmt: skip
NO_ACCOUNTS = [
    "", " ", "x", "1", "12345", "1 2 3 4 5", "abcdef", "abcdefghijkl", "-123456", "123456-", "=123456", "123456;",
    "123456,7", "123456'", '123456"', "123456\\", "123456&", "123456%", "123456#", "123456@", "123456?", "123456:",
    "(123456)", "[123456]", "{123456}", "<123456>", "123456|", "123456~", "123456^", "123456$", "123456€", "123456+",
    "123456*", "١٢٣٤٥٦", "１２３４５６", "123456é", "²³²³²³", "½½½½½½", "😀", "......", "------", "//////", "9" * 35,
    "9" * 61, "9" * 100_000, "é", "null", "None", "NaN", "SN08 SN01 0015 2000 0485 0000 3035",
    "DE89370400440532013000", *UNSEEN, *FORMULAS,
]  # fmt: skip

WRONG_COMPANY = {
    "name": NO_COMPANIES,
    "country": NO_COUNTRIES,
    "register_kind": NO_KINDS,
    "register_number": ["", *_NUMBERS],
    "vat_number": NO_VATS,
    "street": NO_STREETS,
    "postal_code": NO_CODES,
    "city": NO_CITIES,
    "phone": NO_PHONES,
    "email": NO_MAILS,
}
WRONG_IBAN = {"iban": NO_IBANS, "holder": NO_CITIES}
WRONG_LOCAL = {"account_code": NO_ACCOUNTS, "bank": NO_CITIES, "country": NO_COUNTRIES}


def send(client: FlaskClient, address: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
    """Open a page with a form and send it."""
    found = TOKEN.search(client.get(address).text)
    assert found, f"{address} has no form"
    return client.post(address, data={"csrf_token": found[1], **fields}, headers=headers)

"""Wrong values for what people are asked: fifty and more for each kind of field (2.2.1).

Each list is for one field of the profile; other forms take the kind that is theirs. `UNSEEN` and `FORMULAS` stand in
several. A value of `HARMLESS` is odd but right, and must pass.
"""

from __future__ import annotations

from tests.account.people import AWA

UNSEEN = [
    "\x00", "\x01\x02", "\u200b\u200b", "\u202e", "\ufeff", "\u2066\u2069", "\x7f", "\n", "\t \t", "\u00ad",
    "\u061c", "\u2028", "\U000e0041",
]  # fmt: skip
FORMULAS = [
    "=1+1", "=SUM(A1:A9)", "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|'A0",
    '=HYPERLINK("http://evil.example","Awa")', "=IMPORTXML(CONCAT(1))", "{=TABLE(A1)}", "<script>alert(1)</script>",
    "<b>Awa</b>", "{{7*7}}Awa", "${7*7}Awa", "`id`Awa",
]  # fmt: skip
TWISTED = ["Awa \u202eefil.exe", "A\x00wa Diop", "Awa\r\nBcc: x@example.org", "\ufeffAwa\u200b Diop"]
"""Unseen characters inside of something right: they are taken out, and the rest is kept."""

NO_NAMES = [
    "", " ", ".", "-", "'", "1", "12345", "??", "é", "A", "a 1", "+221771234567", "@", "___", "\u0301\u0301",
    "😀😀", "…", "1 2 3", "—", "''", "#", "//", "<>", "{}", "0x10", "-1", "§§", "٣٤", "½½", "²³",
    "№", "°°", "“”", "()", "¡¿", "|", "\\", "``", "~~", "^^", "%%", "&&", "**", "==", "++", ";;", "::", ",,",
    "!!", "€€", "awa@example.org", "https://evil.example", "Awa; DROP TABLE profile", "Awa%00", "Awa_Diop", "Awa #1",
    "-Awa Diop", "Awa 😀 Diop", *UNSEEN, *FORMULAS, "x" * 121, "Awa " * 60, "z" * 100_000,
]  # fmt: skip
_NO_LINES = [
    *[name for name in NO_NAMES if name.strip() and not any(map(str.isalnum, name)) and name not in UNSEEN],
    *FORMULAS, "x" * 201, "rue " * 60, "1" * 500, "y" * 100_000, ". . .", "-- --", "?!", "¿", "()()", "[]", "{ }",
    "<  >", "…,…", "·", "•", "†", "«»", "‹›", "–", "¶", "@@", "#!", "$", "£", "¥", "+ 4 rue", "- 4 rue", "@ 4 rue",
    "rue 4 😀", "rue | 4", "C:\\rue", "rue <4>", "rue = 4", "~ rue 4",
]  # fmt: skip
NO_STREETS = ["", " ", *UNSEEN, *_NO_LINES]
"""Where no landmark is given."""
NO_LANDMARKS = _NO_LINES
"""An empty one is none, which is right where there is a street."""
NO_CITIES = [*NO_NAMES]
NO_PHONES = [
    "", " ", "x", "77", "771234", "7712345678901234", "+", "+221", "00221", "+999123456789", "+0", "0", "1e9",
    "77 123 45 6x", "phone", "+221 77 123 45", "+33 1", "+33 00 00 00 00 00", "911", "17", "112", "1515",
    "+22177123456789", "٧٧", "77\x0012", "77-12", "(77)", "tel:", "sip:ana@example.org", "+1 555 0100",
    "555-0100", "+1 (000) 000-0000", "****", "#31#", "*100#", "77 123 45 67 ext 12", "77 123 45 67;ext=1",
    "+221 77 123 45 67 x9", "7" * 41, "7" * 100_000, "12345678", "123456789", "000000000", "999999999", "+44",
    "+4420", "+86", "--------", "77/12/34", "NaN", "None", "null", "😀", "+221 11 111 11 11", *UNSEEN, *FORMULAS,
]  # fmt: skip
NO_CODES = [
    "x"*17, "7"*100, "é", "75005!", "75_005", "75.005", "75,005", "75/005", "75005;", "<75005>", "75005'",
    '75005"', "75005\\", "75005&", "75005%", "75005#", "75005@", "75005+", "75005=", "75005*", "75005?",
    "75005:", "(75005)", "[75005]", "{75005}", "75005|", "75005~", "75005`", "75005^", "75005$", "75005€",
    "٧٥٠٠٥", "７５００５", "75005é", "Ω", "ÿ", "中文", "😀", "№5", "½", "°", "§", "--'--", "a.b", "a,b", "a/b", "a;b",
    "a:b", "a!b", "a?b", *FORMULAS,
]  # fmt: skip
NO_COUNTRIES = [
    "", " ", "S", "SNN", "sn", "Sn", "XX", "ZZ", "EU", "UN", "EZ", "00", "12", "001", "150", "Senegal",
    "Sénégal", "FRA", "--", "..", "QO", "XA", "XB", "AQ", "BV", "HM", "TF", "A1", "1A", "SN ", " SN",
    "SN\x00", "SN\n", "<SN>", "SN;FR", "SN,FR", "null", "None", "undefined", "٣", "ＳＮ", "ΣΝ", "😀", "É", "F R",
    "F.R", "F-R", "%53%4e", "../SN", "SN--", "' OR 1=1", "S" * 100_000, *FORMULAS,
]  # fmt: skip
NO_BIRTHS = [
    "", " ", "x", "1990", "1990-05", "1990-13-01", "1990-00-10", "1990-02-30", "1991-02-29", "1990-05-32",
    "17.05", "32/01/1990", "05/17/1990", "0000-00-00", "0001-01-01", "1800-01-01", "1905-01-01", "2026-11-24",
    "2026-11-23", "2010-01-01", "2008-11-24", "9999-12-31", "10000-01-01", "-1990-05-17", "1990-5-",
    "90-05-17", "17 mai 1990", "May 17, 1990", "yesterday", "now", "1e9", "NaN", "null", "None", "19900517",
    "1990/05/17", "1990-05-17T00:00", "1990-05-17 00:00", "1990-05-17Z", "1990-05-17x", "<1990-05-17>",
    "1990--05--17", "1990-05-17;", "٢٠٠٠-٠١-٠", "１９９０", "\x00", "1990-05-17\x00", "2007", "2025-02-28",
    "2020-02-29", "641001600", "1" * 100_000, *FORMULAS,
]  # fmt: skip

WRONG = {
    "full_name": NO_NAMES,
    "phone": NO_PHONES,
    "street": NO_STREETS,
    "landmark": NO_LANDMARKS,
    "postal_code": NO_CODES,
    "city": NO_CITIES,
    "country": NO_COUNTRIES,
    "born_on": NO_BIRTHS,
}

HARMLESS = {
    "full_name": [
        "Awa N'Diaye", "Jean-Luc de la Tour d’Auvergne", "O'Neil Jr.", "Ñandú Ülkü", "阿娃 迪奥普", "أوا ديوب",
        "Άννα Παπαδοπούλου", "आवा दिओप", "Bidder 001", "Anne (Nanette) Weiß", "'t Hooft",
    ],
    "street": ["12 rue des Écoles", "Villa 4", "Straße 7/II", "n° 4, bât. B; apt. #12", "№ 5", "4"],
    "landmark": ["derrière la pharmacie Mermoz", "face à la mosquée (portail bleu)", "à 50 m du marché: 2e porte"],
    "city": ["Dakar", "Saint-Louis", "Paris 15e", "'s-Hertogenbosch", "L’Haÿ-les-Roses", "東京"],
    "postal_code": ["", "75005", "SW1A 1AA", "12500-DK"],
}  # fmt: skip

NOT_ASKED = {
    "member_id": "2",
    "id": "2",
    "updated_at": "2000-01-01",
    "email": "x@example.org",
    "roles": "admin",
    "name_index": "0" * 64,
    "phone_index": "0" * 64,
    "sells_as": "trader",
    "active": "",
    "password": "x",
    "language": "xx",
    "currency": "USD",
    "confirmed_at": "2000-01-01",
}
"""Fields named like columns, which no form of the profile has (15.3.3)."""

assert WRONG.keys() == AWA.keys()

"""Wrong values for what is typed to sign in and to prove who one is: fifty and more for each kind (2.2.1)."""

from __future__ import annotations

from tests.account.nonsense import FORMULAS, UNSEEN

NOT_ADDRESSES = [
    "", " ", "ana", "@", "ana@", "@example.org", "ana@example", "ana example.org", "ana@@example.org",
    "ana@exa mple.org", "ana@example..org", ".ana@example.org", "ana.@example.org", "an..a@example.org",
    "ana@-example.org", "ana@example-.org", "ana@.example.org", "ana@example.org.", "ana@[127.0.0.1]",
    "ana@127.0.0.1", "<ana@example.org>", "Ana <ana@example.org>", "ana@example.org, ben@example.org",
    "ana@example.org;ben@example.org", "ana@example.org\nBcc: ben@example.org", "ana@example.org\r\nX: y",
    "ana\x00@example.org", "ana@exam\x00ple.org", "ana@example.org\x00", "\u202eana@example.org",
    "ana\u200b@example.org", '"ana diop"@example.org', "ana(x)@example.org", "mailto:ana@example.org",
    "https://example.org", "a" * 65 + "@example.org", "ana@" + "a" * 64 + ".org", "ana@" + "a." * 130 + "org",
    "a" * 5000, "ana@localhost", "ana@example.local", "ana@example.invalid", "ana@example.onion",
    "ana%40example.org%00", "ana@example.org%0a", "' OR 1=1 --", "<script>alert(1)</script>@example.org",
    "ana@ex\tample.org", "ana@example,org", "ana@éxample..org", "١٢٣",
]  # fmt: skip

_NOT_DIGITS = [
    "", " ", "x", "abcdef", "abcdefgh", "12345x", "1234567x", "x123456", "1.2.3.4.5.6", "12,34,56", "1e5", "-1.5e9",
    "+123456", "0x1E240", "0b110110", "123456;", "12345678;", "'123456'", '"12345678"', "123456%00", "#123456",
    "²²²²²²", "½½½½½½½½", "ⅠⅡⅢⅣⅤⅥ", "①②③④⑤⑥", "一二三四五六", "六六六六六六六六",
    "😀😀😀😀😀😀", "O12345", "l23456", "NaN", "null",
    "None", "true", "[1]", "{}", "' OR 1=1", "%31%32%33", "&#49;&#50;", "١٢٣", "１２３", "12 34", "1 2 3 4", "--------",
    "1" * 100, "1" * 9_000, "ana@example.org", "correct horse battery", *UNSEEN, *FORMULAS,
]  # fmt: skip
NO_APP_CODES = [*_NOT_DIGITS, "12345", "1234567", "12345678", "1234 5678", "0", "123 45"]
NO_MAILED_CODES = [*_NOT_DIGITS, "1234567", "123456789", "123456", "123 456", "0", "1234 567"]
NO_RECOVERY_CODES = [
    "", " ", "a", "abcd", "abcd-2345", "abcd-2345-efgh", "abcd-2345-efgh-678", "abcd-2345-efgh-67899",
    "abcd-2345-efgh-678u", "uuuu-uuuu-uuuu-uuuu", "abcd.2345.efgh.6789", "abcd,2345,efgh,6789", "abcd/2345/efgh/6789",
    "abcd_2345_efgh_6789", "abcd:2345:efgh:6789", "abcd-2345-efgh-678é", "абвг-2345-efgh-6789", "ÀBCD-2345-EFGH-6789",
    "abcd-2345-efgh-67²", "123456", "12345678", "1234567890", "0" * 15, "0" * 17, "z" * 100, "z" * 9_000,
    "0x" * 8 + "g",
    "abcd-2345-efgh-6789;", "'abcd-2345-efgh-6789'", "abcd-2345-efgh-6789\nabcd-2345-efgh-6789", "++++++++++++++++",
    "a+b=c+d=e+f=g+h=", "YWJjZGVmZ2hpamtsbQ==", "😀" * 16, "ß" * 16, "null", "None", "' OR 1=1 --",
    "ana@example.org", "correct horse battery", "%61" * 16, "a" * 15 + "!", "½" * 16, "…" * 16, *UNSEEN, *FORMULAS,
]  # fmt: skip
NO_PASSWORDS = [
    "", " ", "x", "short", "12345678", "fourteen chars", "é" * 14, "😀" * 14, "a" * 15, "a" * 40, "ab" * 10, "abc" * 8,
    "word word word word", "x" * 129, "y" * 5_000, "correct horse battery" * 30, "abcdefghijklmnop", "ponmlkjihgfedcba",
    "123456789012345", "987654321098765", "0123456789012345", "qwertyuiopasdfg", "azertyazertyazerty",
    "asdfghjklasdfghjkl",
    "1qaz2wsx3edc4rfv", "zxcvbnmzxcvbnm12", "passwordpassword", "password12345678", "motdepassemotdepasse",
    "iloveyouiloveyou", "letmeinletmeinletmein", "adminadminadmin1", "welcomewelcome1", "ana@example.org",
    "ana@example.org1", "ANA@EXAMPLE.ORG ", "example.orgexample", "anaanaanaanaana", "17051990170590",
    "galerie galerie", "2026202620262026", "2026051720260517", "\u200b" * 20, " " * 20, "\t" * 16,
    "0" * 64, "!" * 20, "abababababababab", "1122334411223344", "qwerty123456789", "1234567890qwertyuiop",
]  # fmt: skip
NO_NAMES_OF_KEYS = [
    "", " ", *UNSEEN, *[" " * count for count in range(2, 12)], *[one * 3 for one in UNSEEN],
    *[letter * 61 for letter in "aZ9é☺"], "x" * 100, "my phone " * 12, "=1+1" * 30, "<b>" * 40, "x" * 9_000, "ﷺ" * 61,
    "\u2028 \u2029", "\x00 \x01", "\ufeff \u200b",
]  # fmt: skip

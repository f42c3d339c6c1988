"""French says everything that English says: nothing missing, nothing fuzzy, nothing left over."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FRENCH = ROOT / "gallery" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "lazy": None, "ngettext": (1, 2)}
VARIABLE = re.compile(r"%\(\w+\)[sd]")


def said() -> Catalog:
    """Everything that code and templates say."""
    catalog = Catalog()
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS)
    for _path, _line, message, _comments, _context in found:
        catalog.add(message)
    return catalog


def french() -> Catalog:
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr")


def texts(string: object) -> list[str]:
    return list(string) if isinstance(string, list | tuple) else [str(string)]


def test_french_is_complete() -> None:
    known = {str(message.id) for message in french() if message.id and all(texts(message.string)) and not message.fuzzy}
    wanted = {str(message.id) for message in said() if message.id}
    assert len(wanted) > 300
    assert sorted(wanted - known) == [], "translate these in gallery/translations/fr"
    assert sorted(known - wanted) == [], "nothing says these any more"


def test_french_uses_the_same_variables() -> None:
    for message in french():
        if message.id:
            wanted = {name for text in texts(message.id) for name in VARIABLE.findall(text)}
            for text in texts(message.string):
                assert set(VARIABLE.findall(text)) <= wanted, message.id
            assert {name for text in texts(message.string) for name in VARIABLE.findall(text)} == wanted, message.id

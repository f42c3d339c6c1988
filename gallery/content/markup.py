"""Markdown into HTML that can run nothing and load nothing from elsewhere (M1, H-04, 1.2.1, 1.2.2). Pure.

Two lines of defence that know nothing of each other: the parser takes no HTML and only links and pictures of the kinds
below; what it writes then passes an allow-list of elements and attributes. Put what comes out into an element with
`data-hx-ignore`, as the macro `prose` does: htmx keeps its hands off.

`## Returns {#returns}` gives a section the address `#returns`; without it, it is made of the words. A picture is
`![What it shows](picture:7)`: number 7 of the content desk's pictures, and never an address of elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import nh3
from markdown_it.token import Token
from markupsafe import Markup

from gallery.content.parsing import LINK, LITERAL, NUMBERED_PICTURE, PARSER, headings, inline, parsed, words

_HOUSE_PICTURE = re.compile(r"/pictures/[0-9a-f]{32}-[1-9][0-9]{0,4}\.(?:avif|webp|jpg)", re.ASCII)
_SOURCES = re.compile(rf"(?:{_HOUSE_PICTURE.pattern} [1-9][0-9]*w(?:, )?)+", re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)
_SIZES = "(min-width: 48rem) 40rem, 92vw"

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "srcset", "sizes", "alt", "title", "width", "height", "loading", "decoding"},
    "div": {"role", "tabindex", "aria-label"},
    "th": {"scope"},
    "ol": {"start"},
    **{heading: {"id"} for heading in _HEADINGS},
}
_CLASSES = {"div": {"sheet"}, "th": {"end"}, "td": {"end"}}
_TAGS = {
    *_ATTRIBUTES,
    *("p", "br", "hr", "strong", "em", "code", "pre", "blockquote", "ul", "li"),
    *("table", "thead", "tbody", "tr", "td"),
}


@dataclass(frozen=True)
class Picture:
    """A picture as a text shows it: its variants, its size in pixels, and what it shows, in the text's language."""

    src: str
    srcset: str
    width: int
    height: int
    alternative: str


@dataclass(frozen=True)
class Section:
    """A heading of a text: 2 to 6, the address within the page, and its words."""

    level: int
    id: str
    words: str


@dataclass(frozen=True)
class Passage:
    """What stands under one heading, without marks; under none at the beginning of a text."""

    section: Section | None
    words: str


def render(text: str, *, pictures: Mapping[int, Picture] | None = None, prefix: str = "") -> Markup:
    """The text as HTML. It may come from anybody.

    A picture whose number is not in `pictures` leaves only its words. With two texts on one page, give each
    its `prefix`, so that no address within the page stands there twice.
    """
    tokens = parsed(text, prefix)
    _show_pictures(tokens, pictures or {})
    written = PARSER.renderer.render(tokens, PARSER.options, {})
    return allowed(written)


def allowed(html: str) -> Markup:
    """Of any HTML what is on our list of elements and attributes; nothing that runs, loads or styles."""
    return Markup(_CLEANER.clean(html))  # noqa: S704  That it may be is what this module is for.


def outline(text: str) -> list[Section]:
    """The text's headings: its table of contents, and the clauses that others can point at."""
    tokens = parsed(text)
    return [
        Section(int(opening.tag[1]), str(opening.attrs["id"]), words(content))
        for opening, content, _closing in headings(tokens)
    ]


def passages(text: str) -> list[Passage]:
    """The text in parts, each under its heading; the first may have none."""
    found = [Passage(None, "")]
    tokens = parsed(text)
    for place, token in enumerate(tokens):
        if place and tokens[place - 1].type == "heading_open":
            opening = tokens[place - 1]
            found.append(Passage(Section(int(opening.tag[1]), str(opening.attrs["id"]), words(token)), ""))
        elif token.type == "inline" or token.type in LITERAL:
            last = found[-1]
            found[-1] = Passage(last.section, f"{last.words} {_said(token)}".strip())
    return [passage for passage in found if passage.section or passage.words]


def plain(text: str) -> str:
    """The text for a mail without HTML: paragraphs parted by a line, each link's address after its words."""
    inlines = (token for token in parsed(text) if token.type == "inline" or token.type in LITERAL)
    return "\n\n".join(_said(token, with_addresses=True) for token in inlines)


def links(text: str) -> list[str]:
    """Where the text's links lead, in their order."""
    return [str(child.attrs["href"]) for child in inline(parsed(text)) if child.type == "link_open"]


def picture_numbers(text: str) -> list[int]:
    """The numbers of the pictures that the text shows."""
    images = (child for child in inline(parsed(text)) if child.type == "image")
    found = (NUMBERED_PICTURE.fullmatch(str(image.attrs["src"])) for image in images)
    return [int(match[1]) for match in found if match]


def foreign_pictures(text: str) -> list[str]:
    """Addresses in the place of a picture's number: none of them is shown."""
    images = (child for child in inline(parsed(text)) if child.type == "image")
    return [source for image in images if not _is_ours(source := str(image.attrs["src"]))]


def _said(token: Token, *, with_addresses: bool = False) -> str:
    """The words of a block; code as it stands."""
    if token.type in LITERAL:
        return token.content.strip()
    if not with_addresses:
        return words(token)
    children: list[Token] = []
    address = ""
    for child in token.children or ():
        children.append(child)
        if child.type == "link_open":
            address = str(child.attrs["href"])
        elif child.type == "link_close":
            children.append(Token("text", "", 0, content=f" ({address})"))
    return words(Token("inline", "", 0, children=children))


def _show_pictures(tokens: Sequence[Token], pictures: Mapping[int, Picture]) -> None:
    for token in tokens:
        if token.children:
            token.children = [_shown(child, pictures) if child.type == "image" else child for child in token.children]


def _shown(image: Token, pictures: Mapping[int, Picture]) -> Token:
    """The picture with its sizes, so that nothing moves when it comes; or its words in its place."""
    source = str(image.attrs["src"])
    number = NUMBERED_PICTURE.fullmatch(source)
    picture = pictures.get(int(number[1])) if number else None
    if picture is None and not _HOUSE_PICTURE.fullmatch(source):
        return Token("text", "", 0, content=words(image))
    image.attrs |= {"loading": "lazy", "decoding": "async"}
    if picture is not None:
        image.attrs |= {
            "src": picture.src,
            "srcset": picture.srcset,
            "sizes": _SIZES,
            "width": str(picture.width),
            "height": str(picture.height),
        }
        if not image.content.strip():
            image.children = [Token("text", "", 0, content=picture.alternative)]
    return image


def _is_ours(source: str) -> bool:
    return bool(NUMBERED_PICTURE.fullmatch(source) or _HOUSE_PICTURE.fullmatch(source))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The second line: what an attribute may say, whatever wrote it."""
    allowed = {
        ("a", "href"): LINK,
        ("img", "src"): _HOUSE_PICTURE,
        ("img", "srcset"): _SOURCES,
    }.get((tag, name))
    if allowed is None and name == "id":
        allowed = _ID
    return value if allowed is None or allowed.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    allowed_classes=_CLASSES,
    clean_content_tags={"script", "style"},
    url_schemes={"http", "https", "mailto", "tel"},
    generic_attribute_prefixes=set(),
    link_rel=None,
)

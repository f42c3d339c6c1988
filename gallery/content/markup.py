"""Markdown into HTML that can run nothing and load nothing from elsewhere (M1, H-04, 1.2.1, 1.2.2). Pure.

Two lines of defence that know nothing of each other: the parser takes no HTML and only links and pictures of the kinds
below; what it writes then passes an allow-list of elements and attributes. Put what comes out into an element with
`data-hx-ignore`, as the macro `prose` does: htmx keeps its hands off.

`## Returns {#returns}` gives a section the address `#returns`; without it, it is made of the words. A picture is
`![What it shows](picture:7)`: number 7 of the content desk's pictures, and never an address of elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

FRAME_IDS = frozenset({"main", "said", "heard"})
"""Ids of templates/base.html: no section may take them."""

LINK = re.compile(r"(?:https?://[^\s/\\]|mailto:[^\s/]|tel:[+0-9]|/(?![/\\])|#)[^\s\\]*|/", re.ASCII)
"""Where a link may lead: the web, a mailbox, a telephone, or within the house (`//elsewhere` is not)."""

_HOUSE_PICTURE = re.compile(r"/pictures/[0-9a-f]{32}-[1-9][0-9]{0,4}\.(?:avif|webp|jpg)", re.ASCII)
_SOURCES = re.compile(rf"(?:{_HOUSE_PICTURE.pattern} [1-9][0-9]*w(?:, )?)+", re.ASCII)
_NUMBERED = re.compile(r"picture:([1-9][0-9]{0,8})", re.ASCII)
_NAMED = re.compile(r"\s*\{#([a-z][a-z0-9-]{0,79})\}\s*$", re.ASCII)
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


def render(text: str, *, pictures: Mapping[int, Picture] | None = None, prefix: str = "") -> Markup:
    """The text as HTML. It may come from anybody.

    A picture whose number is not in `pictures` leaves only its words. With two texts on one page, give each
    its `prefix`, so that no address within the page stands there twice.
    """
    tokens = _parsed(text, prefix)
    _show_pictures(tokens, pictures or {})
    written = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return allowed(written)


def allowed(html: str) -> Markup:
    """Of any HTML what is on our list of elements and attributes; nothing that runs, loads or styles."""
    return Markup(_CLEANER.clean(html))  # noqa: S704  That it may be is what this module is for.


def outline(text: str) -> list[Section]:
    """The text's headings: its table of contents, and the clauses that others can point at."""
    tokens = _parsed(text, "")
    return [
        Section(int(opening.tag[1]), str(opening.attrs["id"]), _words(content))
        for opening, content in _headings(tokens)
    ]


def plain(text: str) -> str:
    """The text's words without marks, blocks parted by lines: for searching, comparing, and mails as text."""
    inlines = (token for token in _parsed(text, "") if token.type == "inline" or token.type in _LITERAL)
    return "\n".join(_words(token) if token.children else token.content.strip() for token in inlines)


def links(text: str) -> list[str]:
    """Where the text's links lead, in their order."""
    return [str(child.attrs["href"]) for child in _inline(_parsed(text, "")) if child.type == "link_open"]


def picture_numbers(text: str) -> list[int]:
    """The numbers of the pictures that the text shows."""
    images = (child for child in _inline(_parsed(text, "")) if child.type == "image")
    found = (_NUMBERED.fullmatch(str(image.attrs["src"])) for image in images)
    return [int(match[1]) for match in found if match]


def foreign_pictures(text: str) -> list[str]:
    """Addresses in the place of a picture's number: none of them is shown."""
    images = (child for child in _inline(_parsed(text, "")) if child.type == "image")
    return [source for image in images if not _is_ours(source := str(image.attrs["src"]))]


def slug(words: str) -> str:
    """An address made of words, without accents: "À qui s'adresser ?" is `a-qui-s-adresser`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:80].rstrip("-")


# Parsing


_LITERAL = ("fence", "code_block")


def _may_lead(address: str) -> bool:
    return bool(LINK.fullmatch(address) or _NUMBERED.fullmatch(address))


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.validateLink = _may_lead  # type: ignore[method-assign, assignment]
    made.add_render_rule("table_open", _open_table)
    made.add_render_rule("table_close", _close_table)
    return made


def _parsed(text: str, prefix: str) -> list[Token]:
    tokens = _PARSER.parse(text)
    _name_sections(tokens, prefix)
    _point_within(tokens, prefix)
    _align_cells(tokens)
    return tokens


def _name_sections(tokens: list[Token], prefix: str) -> None:
    """The page has its one first heading: `#` is a second, like `##`. Each gets an id that is there once."""
    taken = set(FRAME_IDS)
    for opening, content in _headings(tokens):
        level = f"h{max(2, int(opening.tag[1]))}"
        opening.tag = tokens[tokens.index(opening) + 2].tag = level
        wanted = base = _take_name(content) or slug(_words(content)) or "section"
        number = 1
        while wanted in taken:
            number += 1
            wanted = f"{base}-{number}"
        taken.add(wanted)
        opening.attrs["id"] = prefix + wanted


def _take_name(content: Token) -> str:
    """Take `{#name}` from the end of a heading."""
    last = content.children[-1] if content.children else None
    found = _NAMED.search(last.content) if last is not None and last.type == "text" else None
    if last is None or found is None:
        return ""
    last.content = last.content[: found.start()]
    return found[1]


def _point_within(tokens: list[Token], prefix: str) -> None:
    for child in _inline(tokens):
        address = str(child.attrs.get("href", ""))
        if child.type == "link_open" and address.startswith("#"):
            child.attrs["href"] = f"#{prefix}{address[1:]}"


def _align_cells(tokens: list[Token]) -> None:
    """Numbers at the right by a class: our policy lets no `style` pass."""
    for token in tokens:
        if token.type in {"th_open", "td_open"}:
            if token.attrs.pop("style", "") == "text-align:right":
                token.attrs["class"] = "end"
            if token.type == "th_open":
                token.attrs["scope"] = "col"


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """Each heading's opening and its content."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            yield token, tokens[place + 1]


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def _words(content: Token) -> str:
    renderer: RendererHTML = _PARSER.renderer  # type: ignore[assignment]
    said = renderer.renderInlineAsText(content.children or [], _PARSER.options, {})
    return " ".join(said.split())


# Writing


def _show_pictures(tokens: Sequence[Token], pictures: Mapping[int, Picture]) -> None:
    for token in tokens:
        if token.children:
            token.children = [_shown(child, pictures) if child.type == "image" else child for child in token.children]


def _shown(image: Token, pictures: Mapping[int, Picture]) -> Token:
    """The picture with its sizes, so that nothing moves when it comes; or its words in its place."""
    source = str(image.attrs["src"])
    number = _NUMBERED.fullmatch(source)
    picture = pictures.get(int(number[1])) if number else None
    if picture is None and not _HOUSE_PICTURE.fullmatch(source):
        return Token("text", "", 0, content=_words(image))
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
    return bool(_NUMBERED.fullmatch(source) or _HOUSE_PICTURE.fullmatch(source))


def _open_table(_renderer: object, tokens: Sequence[Token], place: int, *_: object) -> str:
    """A wide table slides within its own frame, which the keyboard can reach; it is called by its first row."""
    row = tokens[place : next(i for i in range(place, len(tokens)) if tokens[i].type == "tr_close")]
    name = ", ".join(filter(None, (_words(token) for token in row if token.type == "inline"))) or "…"
    return f'<div class="sheet" role="region" tabindex="0" aria-label="{escape(name)}"><table>\n'


def _close_table(_renderer: object, *_: object) -> str:
    return "</table></div>\n"


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


_PARSER = _parser()
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

"""Reading Markdown: no HTML in it, links only where links may lead, every section with an address of its own. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import escape

FRAME_IDS = frozenset({"main", "said", "heard"})
"""Ids of templates/base.html: no section may take them."""

LITERAL = ("fence", "code_block")
"""Blocks whose content is no Markdown."""

LINK = re.compile(r"(?:https?://[^\s/\\]|mailto:[^\s/]|tel:[+0-9]|/(?![/\\])|#)[^\s\\]*|/", re.ASCII)
"""Where a link may lead: the web, a mailbox, a telephone, or within the house (`//elsewhere` is not)."""

NUMBERED_PICTURE = re.compile(r"picture:([1-9][0-9]{0,8})", re.ASCII)

_NAMED = re.compile(r"\s*\{#([a-z][a-z0-9-]{0,79})\}\s*$", re.ASCII)


def parsed(text: str, prefix: str = "") -> list[Token]:
    """The text's tokens, with addresses for its sections; those begin with `prefix`, and so do links to them."""
    tokens = PARSER.parse(text)
    _name_sections(tokens, prefix)
    _point_within(tokens, prefix)
    _align_cells(tokens)
    return tokens


def headings(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token, Token]]:
    """Each heading's opening, content and end."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            yield token, tokens[place + 1], tokens[place + 2]


def inline(tokens: Sequence[Token]) -> Iterator[Token]:
    """What stands within the blocks: words, links, pictures."""
    for token in tokens:
        yield from token.children or ()


def words(content: Token) -> str:
    """The words of a block, without marks."""
    renderer: RendererHTML = PARSER.renderer  # type: ignore[assignment]
    said = renderer.renderInlineAsText(content.children or [], PARSER.options, {})
    return " ".join(said.split())


def slug(words: str) -> str:
    """An address made of words, without accents: "À qui s'adresser ?" is `a-qui-s-adresser`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:80].rstrip("-")


def _may_lead(address: str) -> bool:
    return bool(LINK.fullmatch(address) or NUMBERED_PICTURE.fullmatch(address))


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.validateLink = _may_lead  # type: ignore[method-assign, assignment]
    made.add_render_rule("table_open", _open_table)
    made.add_render_rule("table_close", _close_table)
    return made


def _name_sections(tokens: list[Token], prefix: str) -> None:
    """The page has its one first heading: `#` is a second, like `##`. Each gets an id that is there once."""
    taken = set(FRAME_IDS)
    for opening, content, closing in headings(tokens):
        level = f"h{max(2, int(opening.tag[1]))}"
        opening.tag = closing.tag = level
        wanted = base = _take_name(content) or slug(words(content)) or "section"
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
    for child in inline(tokens):
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


def _open_table(_renderer: object, tokens: Sequence[Token], place: int, *_: object) -> str:
    """A wide table slides within its own frame, which the keyboard can reach; it is called by its first row.

    A group and no region: two texts on one page, as at the desk, may hold tables of the same name.
    """
    row = tokens[place : next(i for i in range(place, len(tokens)) if tokens[i].type == "tr_close")]
    name = ", ".join(filter(None, (words(token) for token in row if token.type == "inline"))) or "…"
    return f'<div class="sheet" role="group" tabindex="0" aria-label="{escape(name)}"><table>\n'


def _close_table(_renderer: object, *_: object) -> str:
    return "</table></div>\n"


PARSER = _parser()

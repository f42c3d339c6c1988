"""Forty strings that ran in somebody's page once (1.2.1), and what must never come of any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

STRINGS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1) //",
    "<img/src='x'/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><style><img/src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='//evil.example/x.swf'>",
    "<base href='//evil.example/'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href='//evil.example/x.css'>",
    "<style>@import '//evil.example/x.css'</style>",
    "<p style='background:url(//evil.example/p)'>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example/a)",
    "[x](/\\evil.example/a)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/p.png)",
    "![x](//evil.example/p.png)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x](x "onerror=alert(1)")',
    '![x" onerror="alert(1)](/pictures/0123456789abcdef0123456789abcdef-240.jpg)',
    '<button hx-get="//evil.example" data-hx-trigger="load">x</button>',
    '<form action="//evil.example"><input name=password></form>',
    "{{ config }} {% set x = 1 %} <details open ontoggle=alert(1)>",
)

ELEMENTS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
ATTRIBUTES = frozenset(
    [
        "alt",
        "aria-label",
        "class",
        "decoding",
        "height",
        "href",
        "id",
        "loading",
        "role",
        "scope",
        "sizes",
        "src",
        "srcset",
        "start",
        "tabindex",
        "title",
        "width",
    ]
)
SAFE_LINK = re.compile(r"(https?://[^/\\]|mailto:|tel:|#|/([^/\\]|$))")
SAFE_PICTURE = re.compile(r"/pictures/[0-9a-f]{32}-[0-9]+\.(avif|webp|jpg)")


def dangers(markup: str) -> Iterator[str]:
    """Say what in a piece of HTML could run, load, style, or lead elsewhere unseen, as a browser reads it."""
    tree: Element = html5lib.parseFragment(markup, namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            yield "a comment"
            continue
        if element.tag not in ELEMENTS | {"DOCUMENT_FRAGMENT"}:
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES:
                yield f"<{element.tag} {name}={value!r}>"
            elif name == "href" and not SAFE_LINK.match(value):
                yield f"a link to {value!r}"
            elif name == "src" and not SAFE_PICTURE.fullmatch(value):
                yield f"a picture from {value!r}"
            elif name == "srcset" and "//" in value:
                yield f"pictures from {value!r}"

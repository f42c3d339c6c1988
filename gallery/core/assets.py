"""Our style sheets, scripts and pictures of the frame: one address per content, compressed, cached for ever.

A script that says something (`_("…")`) is served once for each language, with its words in it: as `js/<name>.fr.js`.
So no page has to carry them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, abort, current_app, send_from_directory
from markupsafe import Markup
from whitenoise import WhiteNoise

from gallery.core.access import public
from gallery.core.i18n import LOCALES, catalogue
from gallery.core.settings import Settings

SOURCE = Path(__file__).parents[2] / "static"
SQUEEZED = {".css", ".js", ".svg", ".txt", ".json"}
HASHED = re.compile(r"^[0-9a-f]{10}/")
SAYS = re.compile(r'\b_\(("(?:[^"\\]|\\.)*")\)')
"""A text in a script, which Babel collects as well."""
STALE_SECONDS = 300


def init_app(app: Flask, settings: Settings) -> None:
    """Serve `static/` below an address that names its content, and give templates `asset` and `critical_css`."""
    stamp = _stamp()
    served = _squeezed(stamp, settings.data_dir / "static")
    app.extensions["assets"] = served
    app.add_url_rule("/static/<path:name>", "static", _stale, methods=["GET"])
    app.jinja_env.globals.update(asset=asset, critical_css=critical_css)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(served),
        prefix=f"static/{stamp}/",
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_headers,
        charset="utf-8",
    )


def asset(name: str) -> str:
    """The address of `static/<name>`; it changes with the content, so browsers never ask again."""
    return f"/static/{_served().name}/{name}"


@lru_cache(maxsize=8)
def critical_css(name: str) -> Markup:
    """`static/css/<name>.css` to stand in the page itself: what its first view needs (PERFORMANCE D)."""
    return Markup(minified((SOURCE / "css" / f"{name}.css").read_text(encoding="utf-8")))  # noqa: S704  Our own file.


def minified(css: str) -> str:
    """Take comments and needless white space out of a style sheet of ours."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    return re.sub(r": ", ":", css).replace(";}", "}").strip()


def uncommented(script: str) -> str:
    """Our script without indents and the comments that have lines of their own. What shares a line with code stays."""
    script = re.sub(r"^/\*.*?\*/\n", "", script, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^(?:\s*//.*\n|\s+)", "", script, flags=re.MULTILINE)


def in_language(script: str, locale: str) -> str:
    """Our script with its texts in a language; English is what they are written in."""
    gettext = catalogue(locale).ugettext
    return SAYS.sub(lambda said: json.dumps(gettext(json.loads(said[1])), ensure_ascii=False), script)


@lru_cache(maxsize=1)
def _files() -> dict[str, bytes]:
    """What is served: names and contents, not compressed yet."""
    return dict(sorted(_made()))


def _made() -> Iterator[tuple[str, bytes]]:
    for path in SOURCE.rglob("*"):
        if not path.is_file():
            continue
        name, content = path.relative_to(SOURCE).as_posix(), path.read_bytes()
        if path.suffix == ".css":
            content = minified(content.decode()).encode()
        if path.parent.name != "js":
            yield name, content
            continue
        script = uncommented(content.decode())
        if not SAYS.search(script):
            yield name, script.encode()
            continue
        for locale in LOCALES:
            yield f"{name.removesuffix('.js')}.{locale}.js", in_language(script, locale).encode()


def _stamp() -> str:
    digest = hashlib.sha256()
    for name, content in _files().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:10]


def _squeezed(stamp: str, root: Path) -> Path:
    """What is served, with .br and .gz beside each text, made once per content."""
    ready = root / stamp
    if ready.is_dir():
        return ready
    root.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=root))
    for name, content in _files().items():
        _write(made / name, content)
    made.chmod(0o755)
    try:
        made.rename(ready)  # Another process may have been quicker: then its copy is as good.
    except OSError:
        shutil.rmtree(made)
    return ready


def _served() -> Path:
    served: Path = current_app.extensions["assets"]
    return served


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    if target.suffix in SQUEEZED:
        target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
        target.with_name(target.name + ".br").write_bytes(brotli.compress(content, quality=11))


def _headers(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


@public
def _stale(name: str) -> Response:
    """A page that is older than our last release asks for what it knew: give it today's."""
    if name.endswith((".md", ".txt")):
        abort(404)
    response = send_from_directory(_served(), HASHED.sub("", name), max_age=STALE_SECONDS)
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

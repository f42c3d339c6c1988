"""Our style sheets, scripts and pictures of the frame: one address per content, compressed, cached for ever."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, abort, current_app, send_from_directory
from markupsafe import Markup
from whitenoise import WhiteNoise

from gallery.core.access import public
from gallery.core.settings import Settings

SOURCE = Path(__file__).parents[2] / "static"
SQUEEZED = {".css", ".js", ".svg", ".txt", ".json"}
HASHED = re.compile(r"^[0-9a-f]{10}/")
STALE_SECONDS = 300


def init_app(app: Flask, settings: Settings) -> None:
    """Serve `static/` below an address that names its content, and give templates `asset` and `critical_css`."""
    stamp = _stamp(SOURCE)
    app.extensions["assets"] = stamp
    app.add_url_rule("/static/<path:name>", "static", _stale, methods=["GET"])
    app.jinja_env.globals.update(asset=asset, critical_css=critical_css)
    served = _squeezed(stamp, settings.data_dir / "static")
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
    return f"/static/{current_app.extensions['assets']}/{name}"


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


def _stamp(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:10]


def _squeezed(stamp: str, root: Path) -> Path:
    """A copy of `static/` with .br and .gz beside each text, made once per content."""
    ready = root / stamp
    if ready.is_dir():
        return ready
    root.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=root))
    for path in SOURCE.rglob("*"):
        if path.is_file():
            _copy(path, made / path.relative_to(SOURCE))
    made.chmod(0o755)
    try:
        made.rename(ready)  # Another process may have been quicker: then its copy is as good.
    except OSError:
        shutil.rmtree(made)
    return ready


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if source.suffix == ".css":
        content = minified(content.decode()).encode()
    if source.parent.name == "js":
        content = uncommented(content.decode()).encode()
    target.write_bytes(content)
    if source.suffix in SQUEEZED:
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
    response = send_from_directory(SOURCE, HASHED.sub("", name), max_age=STALE_SECONDS)
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

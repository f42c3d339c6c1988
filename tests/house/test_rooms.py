"""The house's own order: marks on views, pure rules, templates' first lines, migrations, citations."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from gallery.core.access import Mark

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
IMPURE = {"flask", "flask_login", "flask_sqlalchemy", "sqlalchemy", "redis", "time", "random"}


def modules(path: Path) -> set[str]:
    """The names of all modules that a file imports."""
    tree = ast.parse(path.read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return named | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_every_view_says_who_may_enter(app: Flask) -> None:
    unmarked = [
        name for name, view in app.view_functions.items() if not isinstance(getattr(view, "access", None), Mark)
    ]
    assert unmarked == []


def test_every_number_in_an_address_has_a_type(app: Flask) -> None:
    untyped = [str(rule) for rule in app.url_map.iter_rules() if re.search(r"<(lot_id|sale_id|id)>", str(rule))]
    assert untyped == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("gallery/**/rules.py")), ids=lambda path: path.parent.name)
def test_rules_are_pure(path: Path) -> None:
    assert not {module.split(".")[0] for module in modules(path)} & IMPURE


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.name.startswith("_")], ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_partial_says_what_it_needs_and_is_no_page(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("{#- Needs: ")
    assert "{% extends" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_what_the_policy_forbids(path: Path) -> None:
    """H-02: no inline handler or style, no script without a nonce, nothing that evaluates."""
    text = path.read_text()
    assert not re.search(
        r"\son[a-z]+=|\sstyle=|hx-on|javascript:|\bhx-(?!sse|status)[a-z]", re.sub(r"data-hx-", "data-HX-", text)
    )
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", text):
        assert "nonce=" in tag


@pytest.mark.parametrize("path", sorted(ROOT.glob("gallery/**/*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_fits_in_a_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", sorted(ROOT.glob("gallery/**/*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_clock_reads_the_clock(path: Path) -> None:
    if path.name == "clock.py":
        return
    assert not re.search(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|\btime\.time\(", path.read_text())


def test_nothing_is_half_merged() -> None:
    """A marker that was left behind is text to a browser: it stood on every page once."""
    kinds = {".py", ".html", ".txt", ".css", ".js", ".md", ".po", ".cfg", ".toml", ".in", ".sh"}
    folders = [
        ROOT / name
        for name in ("gallery", "templates", "static", "tests", "migrations", "docs", "bench", "requirements")
    ]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in kinds]
    marked = [path for path in files if re.search(r"^(<{7}|>{7}) ", path.read_text(encoding="utf-8"), re.MULTILINE)]
    assert marked == []

"""`flask --app wsgi policies`: the first edition, and whether the published texts still say what the program does."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from gallery.content.policies import checks, publishing, queries
from gallery.content.policies.differences import Change
from gallery.content.policies.models import PolicyVersion
from gallery.core import clock
from gallery.core.db import db

policies = AppGroup("policies", help="The house's policies.")


@policies.command("seed")
def seed() -> None:
    """Publish the first edition of every policy that has none yet."""
    published = publishing.seed(clock.now())
    click.echo(f"Published: {', '.join(published) if published else 'nothing, every policy is there'}")


@policies.command("check")
def check() -> None:
    """Compare what is in force with what the program would publish now; fails if anything differs."""
    now, failures = clock.now(), 0
    for kind, editions in queries.by_kind().items():
        if not editions:
            click.echo(f"{kind}: no version is published (policies seed)")
            failures += 1
    for version in db.session().query(PolicyVersion):
        if publishing.digest_of(version) != version.digest:
            click.echo(f"{version.kind} {version.number}: this is not what was published")
            failures += 1
    for drift in checks.drifts(now):
        name = f"{drift.edition.kind} {drift.edition.number} ({drift.language})"
        if drift.mended_by is not None:
            click.echo(f"{name}: differs from the program; version {drift.mended_by.number} will not")
            continue
        failures += 1
        click.echo(f"{name}: differs from the program")
        for line in drift.lines:
            if line.change is not Change.SAME:
                click.echo(f"  {line.change}: {''.join(words for _change, words in line.words)[:300]}")
    if failures:
        raise click.ClickException("Publish a version that says what the program does (/admin/content/policies/).")
    click.echo("The policies say what the program does.")

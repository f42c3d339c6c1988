"""`flask --app wsgi privacy erase …`: an erasure that came by letter. `drill …`: whether a backup comes back (P-51)."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from gallery.auth.cli import member_called
from gallery.auth.letters import url
from gallery.core import audit, clock, outbox
from gallery.core.db import transaction
from gallery.core.settings import Settings
from gallery.privacy.cli import privacy_group
from gallery.privacy.erasure import drill, services
from gallery.privacy.requests.rules import BY_STAFF, Channel

drill_group = AppGroup("drill", help="Whether a backup comes back whole.")


def init_app(app: Flask, _settings: Settings) -> None:
    """Register the commands."""
    privacy_group.add_command(erase)
    app.cli.add_command(drill_group)


@click.command("erase")
@click.argument("email")
@click.option(
    "--came-by",
    type=click.Choice([str(one) for one in BY_STAFF]),
    default=str(Channel.LETTER),
    show_default=True,
    help="How it was asked for, for the record of answers.",
)
@click.option("--yes", is_flag=True, help="Do not ask again.")
@with_appcontext
def erase(email: str, came_by: str, yes: bool) -> None:
    """Erase the member EMAIL: what nothing holds goes now, the rest by itself when its holds end."""
    member = member_called(email)
    now = clock.now()
    for one in services.preview(member.id, now):
        until = f"until {one.until:%Y-%m-%d}" if one.until else "until it is over"
        click.echo(f"stays {until}: {', '.join(one.tables)} ({one.ground}: {one.why} {one.about})")
    if not yes:
        click.confirm(f"Erase {email}? Nobody can bring it back", abort=True)
    try:
        asked = services.begin(member.id, now=now, channel=Channel(came_by))
    except services.WorksHere:
        raise click.ClickException("Take the roles of the member first: members revoke.") from None
    except services.Begun:
        raise click.ClickException("That has begun already.") from None
    outbox.deliver_due()
    click.echo(f"{services.carry_on(asked.id, now)}: {url('erasure.status', ref=asked.ref)}")


@drill_group.command("run")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--database", help="On PostgreSQL: the address of an empty database that the drill may fill.")
def run_drill(file: Path, database: str | None) -> None:
    """Restore FILE into a place of its own, replay the erasures, and look whether all is there. Each quarter."""
    began = time.monotonic()
    try:
        said = drill.run(file.resolve(), database)
    except drill.DrillError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    seconds = round(time.monotonic() - began, 1)
    with transaction():
        audit.record("drill.passed", "house:backup", seconds=seconds)
    click.echo(f"{said}\nThe backup came back whole, in {seconds} seconds.")


@drill_group.command("check")
def check_drill() -> None:
    """Look at this house as the drill does: schema, references, chains of receipts, nobody who was erased."""
    found = drill.check()
    click.echo(f"{found.members} members, {found.lots} lots")
    if found.faults:
        raise click.ClickException("Not in order: " + "; ".join(found.faults))

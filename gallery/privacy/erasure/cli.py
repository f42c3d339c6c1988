"""`flask --app wsgi erase …`: an erasure that came by letter or phone, carried out at once."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from gallery.auth.cli import member_called
from gallery.auth.letters import url
from gallery.core import clock, outbox
from gallery.core.settings import Settings
from gallery.privacy.erasure import services


def init_app(app: Flask, _settings: Settings) -> None:
    """Register the command."""
    app.cli.add_command(erase)


@click.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@with_appcontext
def erase(email: str, yes: bool) -> None:
    """Erase the member EMAIL: what nothing holds goes now, the rest by itself when its holds end."""
    member = member_called(email)
    now = clock.now()
    for one in services.preview(member.id, now):
        until = f"until {one.until:%Y-%m-%d}" if one.until else "until it is over"
        click.echo(f"stays {until}: {', '.join(one.tables)} ({one.ground}: {one.why} {one.about})")
    if not yes:
        click.confirm(f"Erase {email}? Nobody can bring it back", abort=True)
    try:
        asked = services.begin(member.id, now=now)
    except services.WorksHere:
        raise click.ClickException("Take the roles of the member first: members revoke.") from None
    except services.Begun:
        raise click.ClickException("That has begun already.") from None
    outbox.deliver_due()
    click.echo(f"{services.carry_on(asked.id, now)}: {url('erasure.status', ref=asked.ref)}")

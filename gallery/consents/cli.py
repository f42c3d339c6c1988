"""Commands about choices: `flask --app wsgi consents verify`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from gallery.consents import chain

consents = AppGroup("consents", help="What people agreed to and refused.")


@consents.command("verify")
def verify() -> None:
    """Recompute the chain of all receipts; ends with 1 if it does not hold."""
    found = chain.verify()
    click.echo(f"{found.links} receipts, {found.removed} of them removed in due course.")
    if found.broken:
        places = ", ".join(map(str, found.broken[:10]))
        raise click.ClickException(f"{len(found.broken)} do not hold: {places}")
    click.echo("The chain holds.")

"""`flask --app wsgi members block|unblock|bar|limit|link`: who may bid, by the command line."""

from __future__ import annotations

from datetime import timedelta

import click
from flask import Flask
from sqlalchemy.exc import IntegrityError

from gallery.auth.cli import member_called, members
from gallery.core import clock
from gallery.core.money import MINOR_DIGITS, AmountError, parse_amount
from gallery.core.settings import Settings
from gallery.trust import services


def init_app(_app: Flask, _settings: Settings) -> None:
    """The commands join the group `members` when this module is imported."""


@members.command()
@click.argument("email")
@click.argument("reason")
@click.option("--days", type=click.IntRange(1, 36500), help="For so many days; without: until it is lifted.")
def block(email: str, reason: str, days: int | None) -> None:
    """Keep EMAIL from bidding. The member reads REASON."""
    now = clock.now()
    until = now + timedelta(days=days) if days else None
    services.block(member_called(email).id, reason, until=until, by_id=None, now=now)


@members.command()
@click.argument("email")
def unblock(email: str) -> None:
    """Lift all blocks of EMAIL."""
    lifted = services.unblock(member_called(email).id, by_id=None, now=clock.now())
    click.echo(f"{lifted} lifted")


@members.command()
@click.argument("email")
@click.argument("sale", type=int)
@click.argument("reason", default="")
@click.option("--remove", is_flag=True, help="Take the bar away instead.")
def bar(email: str, sale: int, reason: str, remove: bool) -> None:
    """Keep EMAIL from bidding in the sale with the number SALE. The member reads REASON."""
    member_id = member_called(email).id
    if remove:
        services.unbar(member_id, sale, by_id=None)
        return
    try:
        services.bar(member_id, sale, reason, by_id=None, now=clock.now())
    except services.Nonsense as wrong:
        raise click.BadParameter(str(wrong)) from None
    except IntegrityError:
        raise click.BadParameter(f"there is no sale {sale}") from None


@members.command()
@click.argument("email")
@click.argument("amount")
@click.argument("currency", type=click.Choice(list(MINOR_DIGITS)))
@click.argument("reason", default="")
def limit(email: str, amount: str, currency: str, reason: str) -> None:
    """Let EMAIL's open leading bids come to at most AMOUNT, in major units; 0: no limit. The member reads REASON."""
    try:
        minor = 0 if amount == "0" else parse_amount(amount, currency)
    except AmountError:
        raise click.BadParameter(f"{amount} is not an amount in {currency}") from None
    services.limit(member_called(email).id, minor, currency, reason, by_id=None)


@members.command()
@click.argument("email")
@click.argument("other")
@click.argument("ground", default="household")
@click.option("--remove", is_flag=True, help="Take the link away instead.")
def link(email: str, other: str, ground: str, remove: bool) -> None:
    """Note that EMAIL and OTHER belong together: neither bids on the other's lots."""
    first, second = member_called(email).id, member_called(other).id
    try:
        if remove:
            services.unlink(first, second, by_id=None)
        else:
            services.link(first, second, ground, by_id=None)
    except services.Nonsense as wrong:
        raise click.BadParameter(str(wrong)) from None

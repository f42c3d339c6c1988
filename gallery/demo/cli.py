"""`flask --app wsgi demo`: the demonstration gallery, more bidders, single lots. Refused in production."""

from __future__ import annotations

import re
from datetime import timedelta

import click
from flask import Flask
from flask.cli import with_appcontext

from gallery.bidding.increments import Table
from gallery.core import clock, settings
from gallery.core.db import transaction
from gallery.core.money import MINOR_DIGITS
from gallery.core.settings import Env, Settings
from gallery.demo import authenticator, people, stage
from gallery.lots import services as lots
from gallery.lots.rules import Zone

_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the commands, and what stands in for phones."""
    app.cli.add_command(demo)
    authenticator.init_app(app, settings)


@click.group("demo", invoke_without_command=True)
@click.pass_context
@with_appcontext
def demo(context: click.Context) -> None:
    """Set the demonstration gallery up, unless it is there already."""
    if settings.current().env is Env.PRODUCTION:
        raise click.ClickException("This is a house in production: there is no demonstration in it.")
    if context.invoked_subcommand is None:
        stage.set_up()
        click.echo(f"The demonstration is ready. Everybody's password: {settings.current().demo_password}")


@demo.command("members")
@click.argument("number", type=click.IntRange(1, 10_000))
@with_appcontext
def add_members(number: int) -> None:
    """Have bidder001@example.org … ready to bid, as many as NUMBER."""
    made = people.add_bidders(number)
    click.echo(f"{made} members added; there are {number}. Password: {settings.current().demo_password}")


@demo.command("lot")
@click.option("--opening", required=True, help="Opening price in major units: 100, 0.99.")
@click.option("--ends-in", required=True, type=click.IntRange(1, 10**8), help="Seconds from now.")
@click.option("--currency", type=click.Choice(sorted(MINOR_DIGITS)), default="EUR")
@click.option("--table", type=click.Choice([str(table) for table in Table]), default="eur")
@click.option("--reserve", help="Secret reserve in major units.")
@click.option("--soft-close", type=click.IntRange(0, 86_400), default=180, help="Seconds; 0 = none.")
@with_appcontext
def add_lot(opening: str, ends_in: int, currency: str, table: str, reserve: str | None, soft_close: int) -> None:
    """Open one lot in a sale of its own and print its number, and nothing else."""
    opening_minor = _minor("--opening", opening, currency)
    reserve_minor = None if reserve is None else _minor("--reserve", reserve, currency)
    seller = people.known("sol") or people.settle()["sol"]
    try:
        with transaction():
            lot_id = _open(seller, opening_minor, reserve_minor, ends_in, currency, table, soft_close)
    except lots.LotRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(lot_id)


def _open(
    seller: int, opening_minor: int, reserve_minor: int | None, ends_in: int, currency: str, table: str, soft_close: int
) -> int:
    now = clock.now()
    sale_id = lots.create_sale(
        lots.Words("A single lot", "Un seul lot"),
        opens_at=now,
        first_ends_at=now + timedelta(seconds=ends_in),
        currency=currency,
        increment_table=table,
        premium_fixed_minor=2_000 if currency == "XOF" else 3_00,
        soft_close_seconds=soft_close,
    )
    return lots.create_lot(
        sale_id,
        lots.NewLot(
            title=lots.Words("A study", "Une étude"),
            seller_id=seller,
            opening_minor=opening_minor,
            reserve_minor=reserve_minor,
            shipping_minor={Zone.COLLECTION: 0, Zone.SENEGAL: 4_500 if currency == "XOF" else 7_00},
        ),
    )


def _minor(option: str, major: str, currency: str) -> int:
    """An amount of the command line in minor units: digits with a point, the same in every language."""
    whole, _point, decimals = major.partition(".")
    if not _AMOUNT.fullmatch(major) or len(decimals) > MINOR_DIGITS[currency]:
        raise click.BadParameter(
            f"{major!r} is not an amount in {currency}; write it like 100 or 0.99", param_hint=option
        )
    minor = int(whole + decimals.ljust(MINOR_DIGITS[currency], "0"))
    if not minor:
        raise click.BadParameter("the amount must be more than nothing", param_hint=option)
    return minor

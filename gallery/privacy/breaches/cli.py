"""`flask --app wsgi privacy touched`: whom a breach touched, by the command line (P-52)."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import with_appcontext

from gallery.auth.cli import member_called
from gallery.core import audit, clock
from gallery.core.db import transaction
from gallery.core.errors import Missing
from gallery.core.settings import Settings
from gallery.privacy.breaches import reach, services
from gallery.privacy.breaches.reach import Reach, Window
from gallery.privacy.cli import privacy_group


def init_app(_app: Flask, _settings: Settings) -> None:
    """Add the command."""
    privacy_group.add_command(touched)


class Moment(click.ParamType[datetime]):
    """A time as `2026-12-31` or `2026-12-31T18:00+01:00`; without a zone it is UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """An aware time."""
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time like 2026-12-31T18:00", param, ctx)
        try:
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except OverflowError:
            self.fail(f"{value!r} is outside of the years 1 to 9999 in UTC", param, ctx)


NUMBER = click.IntRange(1, 2**31 - 1)
"""What a row can be numbered: PostgreSQL refuses to look for more."""


@click.command("touched")
@click.argument("names", nargs=-1)
@click.option("--from", "since", type=Moment(), help="Only rows with a time not before this one.")
@click.option("--until", type=Moment(), help="Only rows with a time not after this one.")
@click.option("--staff", metavar="EMAIL", help="Whom this one of the staff looked at or acted on, instead of tables.")
@click.option(
    "--session", "session_id", type=NUMBER, help="What whoever had this session could see, instead of tables."
)
@click.option("--breach", "breach_id", type=NUMBER, help="Put the members into the list of this breach.")
@with_appcontext
def touched(
    names: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    staff: str | None,
    session_id: int | None,
    breach_id: int | None,
) -> None:
    """List the members and the fields that a breach touched: NAMES are tables (bid) or columns (profile.phone).

    Without NAMES everything counts that the house holds. Members are named by their numbers.
    """
    found = _found(names, Window(since, until), staff, session_id)
    for part in found.parts:
        undated = "" if part.is_dated else ", without a time"
        kinds = ", ".join(part.categories)
        click.echo(f"{part.name}: {part.people} members, {part.rows} rows{undated} ({kinds})")
        click.echo(f"  {', '.join(part.columns)}" if part.columns else "  acts on the account")
    lived = ", ".join(f"{code or 'unknown'} {count}" for code, count in reach.countries(found.members).items())
    click.echo(f"{len(found.members)} members{f', living in: {lived}' if lived else ''}")
    for number in found.members:
        click.echo(number)
    with transaction():
        audit.record("breach.reach_listed", "house:privacy", members=len(found.members))
    if breach_id is not None:
        try:
            added = services.take_in(breach_id, found.members, now=clock.now(), by_id=None)
        except Missing:
            raise click.BadParameter(f"there is no breach {breach_id}") from None
        except services.StepRefused:
            raise click.ClickException(f"breach {breach_id} is closed") from None
        click.echo(f"{added} put into the list of breach {breach_id}")


def _found(names: tuple[str, ...], window: Window, staff: str | None, session_id: int | None) -> Reach:
    if bool(names) + bool(staff) + bool(session_id) > 1:
        raise click.UsageError("Say tables, or --staff, or --session: one of them at a time.")
    if session_id is not None:
        try:
            return reach.of_session(session_id)
        except Missing:
            raise click.BadParameter(f"there is no session {session_id} any more") from None
    if staff:
        return reach.of_staff(member_called(staff).id, window)
    try:
        return reach.of_tables(names, window)
    except reach.UnknownNameError as wrong:
        raise click.BadParameter(f"no personal data is in {wrong}") from None

"""`flask --app wsgi members …`: accounts and roles by the command line."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from gallery.auth import queries, services
from gallery.auth.addresses import NotAnAddress, normalised
from gallery.auth.factors import services as factors
from gallery.auth.models import Member, RoleName
from gallery.core import clock
from gallery.core.i18n import LOCALES

ROLES = [str(name) for name in RoleName]

members = AppGroup("members", help="Accounts: list them, add, confirm, give roles, close; block, bar, limit, link.")


def member_called(email: str) -> Member:
    """The member with this address, or a refusal that names it."""
    try:
        found = queries.member_by_email(normalised(email))
    except NotAnAddress:
        found = None
    if found is None:
        raise click.BadParameter(f"there is no member {email}")
    return found


@members.command("list")
@click.argument("part", default="")
@click.option("--limit", default=100, show_default=True)
def list_members(part: str, limit: int) -> None:
    """List members, those whose address contains PART."""
    for member in queries.members(part, limit):
        state = "closed" if not member.active else "confirmed" if member.confirmed_at else "unconfirmed"
        roles = ",".join(sorted(role.name for role in member.roles)) or "-"
        click.echo(f"{member.id}\t{member.email}\t{state}\t{member.language}\t{roles}")


@members.command()
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, envvar="GALLERY_NEW_PASSWORD")
@click.option("--language", type=click.Choice(LOCALES), default="fr", show_default=True)
@click.option("--confirmed", is_flag=True, help="Do not ask the mailbox.")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True)
def add(email: str, password: str, language: str, confirmed: bool, roles: tuple[str, ...]) -> None:
    """Make an account for EMAIL."""
    try:
        member_id = services.register_member(normalised(email), password, language, confirmed=confirmed, roles=roles)
    except NotAnAddress:
        raise click.BadParameter(f"{email} is not an e-mail address") from None
    except services.AddressTaken:
        raise click.ClickException(f"there is already a member {email}") from None
    click.echo(f"member {member_id}")


@members.command()
@click.argument("email")
def confirm(email: str) -> None:
    """Confirm the address of EMAIL without its mail."""
    services.confirm_by_staff(member_called(email).id, by_id=None, now=clock.now())


@members.command()
@click.argument("email")
@click.argument("name", type=click.Choice(ROLES))
@click.option("--remove", is_flag=True, help="Take it away instead.")
def role(email: str, name: str, remove: bool) -> None:
    """Give EMAIL the role NAME."""
    change = services.revoke_role if remove else services.grant_role
    change(member_called(email).id, name)


@members.command()
@click.argument("email")
def close(email: str) -> None:
    """Close the account of EMAIL to signing in, and end its sessions."""
    services.deactivate(member_called(email).id)


@members.command()
@click.argument("email")
def reopen(email: str) -> None:
    """Open a closed account again."""
    services.reactivate(member_called(email).id)


@members.group("second-step")
def second_step() -> None:
    """Second factors of members who have lost them."""


@second_step.command("remove")
@click.argument("email")
def remove_second_step(email: str) -> None:
    """Remove all factors and recovery codes of EMAIL and end all sessions; make sure first who asks for it."""
    factors.remove_all(member_called(email).id)

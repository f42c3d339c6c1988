"""A new account that Google or Facebook opened brings a name along; it is where the profile begins (A2, B1)."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from gallery.account import queries, rules, services
from gallery.auth.federated import services as federated_services
from gallery.auth.federated.providers import Person
from gallery.core.settings import Settings


def init_app(app: Flask, _settings: Settings) -> None:
    """Have the names of new accounts put into their profiles."""
    federated_services.takes_name(app, take)


def take(member_id: int, person: Person, now: datetime) -> None:
    """Keep a name that came from elsewhere, if our form would take it too and the member has told none himself."""
    if rules.letters(person.name) < 2 or rules.strangers_in_name(person.name):
        return
    if not queries.profile(member_id):
        services.save(member_id, {"full_name": person.name}, now=now, name_from=person.provider)

"""Everything that the clock drives, on one page.

Each worker runs each of these at its pace. They look in the database for what there is to do, so that running one
twice, late, or in two workers at once does no harm.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from gallery.auth.factors import mailed_codes
from gallery.auth.passkeys import services as passkey_services
from gallery.auth.sessions import services as session_services
from gallery.auth.throttle import attempts
from gallery.bidding.jobs import close_due_lots
from gallery.consents import services as consent_services
from gallery.core import clock, jobs, outbox
from gallery.core.jobs import every
from gallery.core.settings import Settings
from gallery.demo.jobs import start_anew
from gallery.privacy.breaches.jobs import warn_of_breaches
from gallery.privacy.erasure import places
from gallery.privacy.erasure.jobs import carry_on_erasures
from gallery.privacy.requests import alarms
from gallery.privacy.requests import services as request_services
from gallery.privacy.retention.jobs import remove_what_had_its_time

KEEP_DELIVERED = timedelta(days=90)
"""Keep.DELIVERY of the data map."""


def forget_delivered() -> None:
    """Remove the outbox's rows that were delivered long ago."""
    outbox.forget_delivered(clock.now() - KEEP_DELIVERED)


def forget_passed() -> None:
    """Remove what signing in kept for a day, for a session or for a year, old choices and old requests (P-53)."""
    now = clock.now()
    for kept in (session_services, attempts, mailed_codes, passkey_services, consent_services, request_services):
        kept.forget_old(now)


def empty_log_of_changes() -> None:
    """What was put right is right within the hour, also in the log that SQLite writes ahead (P-36)."""
    places.empty_log()


CLOCK_DRIVEN = (
    every(1, close_due_lots),
    every(10, outbox.sweep),
    every(30, start_anew),
    every(30, carry_on_erasures),
    every(600, alarms.ring),
    every(600, warn_of_breaches),
    every(3600, forget_delivered),
    every(3600, forget_passed),
    every(3600, empty_log_of_changes),
    every(600, remove_what_had_its_time),
)
"""Seconds between two runs, and what runs."""


def init_app(app: Flask, _settings: Settings) -> None:
    """Give the worker its list."""
    jobs.drive(app, CLOCK_DRIVEN)

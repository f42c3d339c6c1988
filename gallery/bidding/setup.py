"""Fit bidding into the application: the live standing, the part of the lot's page, the form that outlives its token."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flask import Flask

from gallery.bidding import fragments, labels, needed, panel, policy_tables, queries, views
from gallery.bidding.forms import plain_amount
from gallery.content import blocks
from gallery.core import clock, csrf, holds, live
from gallery.core.db import db
from gallery.core.errors import Missing
from gallery.core.settings import Settings
from gallery.lots import panels
from gallery.lots.labels import ZONES
from gallery.notices import delivery


def init_app(app: Flask, _settings: Settings) -> None:
    """Register what the floors above call without knowing bidding."""
    panels.PANELS["bidding"] = panels.Panel(panel.shown_now, panel.context)
    blocks.register(app, "steps", policy_tables.steps)
    csrf.on_stale(app, "bidding.create", views.renew)
    delivery.let_go_when(app, "outbid", leads_now)
    holds.source(needed.of_bidder, needed.of_seller)
    app.jinja_env.filters["plain_amount"] = plain_amount
    app.jinja_env.filters["from_iso"] = datetime.fromisoformat
    app.jinja_env.globals["standing_of"] = fragments.standing
    app.jinja_env.globals["reason_label"] = labels.reason_label
    app.jinja_env.globals["zone_label"] = ZONES.__getitem__


def leads_now(member_id: int, facts: dict[str, Any]) -> bool:
    """Whether a member leads the lot of a notice: then he is not told any more that he was outbid."""
    mine = queries.mine(facts["lot_id"], member_id)
    return mine is not None and mine.leads


@live.renders("lot")
def standing(lot_id: str, _language: str) -> tuple[int, str]:
    """What the hub sends to all watchers of a lot: its version, and the partial that its page includes."""
    shown = queries.shown(int(lot_id), clock.database_now(db.session()))
    if shown is None:
        raise Missing
    return shown.version, str(fragments.standing(shown))


@live.versions("lot")
def versions(lot_ids: Collection[str]) -> Mapping[str, int]:
    """The versions of the lots that are being watched."""
    return {str(lot_id): version for lot_id, version in queries.versions(map(int, lot_ids)).items()}

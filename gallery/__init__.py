"""The auction house as a Flask application."""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from gallery.core.db import db
from gallery.core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]

FITTINGS = (
    "core.logs",
    "core.db",
    "core.clock",
    "core.crypto",
    "core.files",
    "core.jobs",
    "core.mail",
    "core.backup",
    "core.i18n",
    "core.preferences",
    "core.htmx",
    "core.csrf",
    "core.web",
    "core.kept",
    "core.errors",
    "core.live",
    "auth.setup",
    "auth.federated.providers",
    "account.names",
    "account.cli",
    "trust.cli",
    "notices.delivery",
    "content.blocks",
    "content.policies.setup",
    "consents.setup",
    "account.bank_letters",
    "content.pages.notice_words",
    "content.cli",
    "lots.notices",
    "lots.sellers",
    "bidding.setup",
    "privacy.cli",
    "privacy.erasure.setup",
    "privacy.erasure.cli",
    "privacy.retention.cli",
    "privacy.export.letters",
    "privacy.export.cli",
    "privacy.registers.setup",
    "privacy.registers.cli",
    "privacy.breaches.cli",
    "jobs",
    "core.cli",
    "demo.cli",
)
"""Modules with an `init_app(app, settings)`, in the order in which they are fitted."""

ROOMS = (
    "core.health",
    "auth.views",
    "auth.factors.views",
    "auth.sessions.views",
    "auth.address.views",
    "auth.passkeys.views",
    "auth.federated.views",
    "auth.federated.deletions",
    "content.policies.views",
    "content.policies.desk",
    "consents.views",
    "account.views",
    "account.company_views",
    "account.bank_views",
    "account.gate",
    "account.preferences",
    "content.pages.views",
    "content.pages.desk",
    "content.pages.picture_desk",
    "lots.views",
    "bidding.views",
    "bidding.desk",
    "admin.views",
    "trust.views",
    "trust.desk",
    "trust.desk_acts",
    "privacy.erasure.views",
    "privacy.erasure.desk",
    "privacy.desk.views",
    "privacy.desk.acts",
    "privacy.retention.desk",
    "privacy.export.views",
    "privacy.centre.views",
    "privacy.centre.acts",
    "privacy.registers.views",
    "privacy.public.views",
    "privacy.registers.desk",
    "privacy.breaches.desk",
    "privacy.disclosures.desk",
)
"""Modules with a blueprint `bp`."""

TABLES = (
    "core.audit",
    "core.outbox",
    "auth.models",
    "auth.sessions.models",
    "auth.factors.models",
    "auth.passkeys.models",
    "auth.federated.models",
    "auth.address.models",
    "content.pages.models",
    "content.policies.models",
    "consents.models",
    "account.models",
    "trust.models",
    "lots.models",
    "bidding.models",
    "privacy.erasure.models",
    "privacy.retention.models",
    "privacy.requests.models",
    "privacy.breaches.models",
    "privacy.disclosures.models",
)
"""Modules with tables; all are known to the database before it is first used."""

LARGEST_FORM = 1 << 20
"""Bytes of a form without files."""


class Templates(Environment):
    """Flask's templates, without a copy of what they all know for each of them."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Jinja's own chain of two mappings is walked in Python, some 150 names at each include and import."""
        return super().make_globals(d) if d else self.globals


class House(Flask):
    """Flask, without what only coroutines and templates of plug-ins need: it is asked thirty times in a request."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view of ours and nothing around it is a coroutine."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application.

    Without settings they are read from the environment; SettingsError says what is wrong with them.
    """
    settings = settings or Settings.from_environ(os.environ)
    app = House(
        "gallery",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder=None,
        instance_path=str(settings.data_dir),
    )
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=settings.hosts,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=200,
        TESTING=settings.env == "test",
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    for module in TABLES:
        import_module(f"gallery.{module}")
    for module in FITTINGS:
        import_module(f"gallery.{module}").init_app(app, settings)
    for module in ROOMS:
        app.register_blueprint(import_module(f"gallery.{module}").bp)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    return app

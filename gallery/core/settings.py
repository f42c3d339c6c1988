"""What an operator may set, from `GALLERY_*` variables, typed, and refused when it makes no sense."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet
from flask import current_app

from gallery.core import formalities
from gallery.core.variables import SettingsError as SettingsError
from gallery.core.variables import both, choice, kept, numbers, scheme, shaped, whole

DEMO_PASSWORD = "a-quiet-gallery-wall"  # noqa: S105  The README publishes it; production refuses it.
SHORTEST_SECRET = 32


class Env(StrEnum):
    """How the house is run. `demo` has stand-ins, `production` refuses them, `test` is the suite's."""

    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class OperatingModel(StrEnum):
    """Between whom a sale is concluded, and by whom (C-17): counsel decides it, the policies say it."""

    AGENT = "agent"
    """The house sells in the seller's name and awards the lot."""
    BROKERAGE = "brokerage"
    """The house brings seller and bidder together; the seller himself concludes the sale."""


@dataclass(frozen=True)
class Settings:
    """One value per setting; `docs/settings.md` is the operator's table of them."""

    env: Env
    data_dir: Path
    database_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]
    redis_url: str | None = None
    mail_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    demo_password: str = DEMO_PASSWORD
    site_name: str = "Artgallery-ccips"
    site_address: str = "Fann Mermoz, Villa 4, BP 25606 Dakar, Sénégal"
    site_phone: str = "+221 33 864 3007"
    site_email: str = "info@artgallery-ccips.com"
    time_zone: str = "Africa/Dakar"
    eu_representative: str | None = None
    """Name and address of the representative in the European Union (GDPR art. 27, P-50); production must name one."""
    senegal_representative: str | None = None
    """Likewise in Senegal, for a house that is not established there itself (P-61)."""
    cdp_numbers: formalities.Numbers = ()
    """Numbers of the formalities at the CDP, by processing (P-60)."""
    operating_model: OperatingModel = OperatingModel.AGENT
    policy_notice_days: int = 15
    """Days between telling members of a change of the policies and its effect (P-54, C-09)."""
    breach_hours: int = 72
    """Hours from knowing of a breach until the authorities must know (GDPR art. 33); reforms speak of 96 (P-52)."""
    streams: int = 4000
    """Event streams that one process may hold open (core.live); each takes a descriptor and about two kilobytes."""
    threads: int = 64
    """Threads of one web process: gunicorn.conf.py reads the same variable."""
    proxies: int = 0
    """How many proxies in front are trusted for the visitor's address and scheme."""
    log_json: bool = True
    argon2_rounds: int = 2
    argon2_kib: int = 19_456
    """Memory of one password hash. The defaults are OWASP's; a change takes hold at each member's next sign-in."""
    hashes_at_once: int = 1
    """Password hashes that one process computes at once; the others wait their turn."""
    google_client_id: str | None = None
    google_client_secret: str | None = field(default=None, repr=False)
    google_issuer: str = "https://accounts.google.com"
    """Who signs Google's identity tokens; what else there is to know, it tells under `/.well-known/`."""
    facebook_app_id: str | None = None
    facebook_app_secret: str | None = field(default=None, repr=False)
    facebook_dialog: str = "https://www.facebook.com/v24.0/dialog/oauth"
    facebook_graph: str = "https://graph.facebook.com/v24.0"
    consent_ask_months: int = 6
    """Who has chosen, or refused, is not asked again before (P-12)."""
    consent_lapse_months: int = 13
    """So long an agreement to keep something in a browser holds at most."""
    audience_months: int = 25
    """So long figures on visits are kept at most."""
    facebook_page: str | None = None
    instagram_page: str | None = None
    google_tag: str | None = None
    criteo_account: str | None = None

    @property
    def is_demo(self) -> bool:
        return self.env is not Env.PRODUCTION

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def most_streams(self) -> int:
        """Of streams that hold a thread, where the server hands over no socket: a quarter of the threads stays free."""
        return min(self.streams, self.threads * 3 // 4)

    @property
    def most_waiting_hashes(self) -> int:
        """Who waits for his hash holds a thread: a quarter of them stays free for everyone else."""
        return max(1, self.threads * 3 // 4)

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The names under which the house answers; any other in a request is refused."""
        own = urlsplit(self.base_url).hostname or ""
        return [own] if self.env is Env.PRODUCTION else [own, "localhost", "127.0.0.1"]

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings.

        Raises SettingsError with one sentence a problem. Outside of production, keys that are
        missing are made once and kept under the data directory.
        """
        env = choice(environ, "GALLERY_ENV", Env, Env.DEMO)
        data_dir = Path(environ.get("GALLERY_DATA_DIR") or "var").resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        production = env is Env.PRODUCTION
        if production and not environ.get("GALLERY_PROXIES"):
            raise SettingsError(
                "GALLERY_PROXIES must be set in production: how many proxies stand in front, 0 if none. "
                "With a wrong number all visitors share one address, or anybody may invent his."
            )
        secret = environ.get("GALLERY_SECRET_KEY") or kept(production, data_dir, "secret_key", secrets.token_urlsafe)
        keys = environ.get("GALLERY_ENCRYPTION_KEYS") or kept(
            production, data_dir, "encryption_keys", lambda: Fernet.generate_key().decode()
        )
        made = cls(
            env=env,
            data_dir=data_dir,
            database_url=environ.get("GALLERY_DATABASE_URL") or f"sqlite:///{data_dir / 'gallery.db'}",
            secret_key=secret,
            encryption_keys=tuple(key.strip() for key in keys.split(",") if key.strip()),
            redis_url=environ.get("GALLERY_REDIS_URL") or None,
            mail_url=environ.get("GALLERY_MAIL_URL") or None,
            base_url=(environ.get("GALLERY_BASE_URL") or f"http://127.0.0.1:{environ.get('PORT') or 8000}").rstrip("/"),
            demo_password=environ.get("GALLERY_DEMO_PASSWORD") or DEMO_PASSWORD,
            site_name=environ.get("GALLERY_SITE_NAME") or cls.site_name,
            site_address=environ.get("GALLERY_SITE_ADDRESS") or cls.site_address,
            site_phone=environ.get("GALLERY_SITE_PHONE") or cls.site_phone,
            site_email=environ.get("GALLERY_SITE_EMAIL") or cls.site_email,
            time_zone=environ.get("GALLERY_TIME_ZONE") or cls.time_zone,
            eu_representative=environ.get("GALLERY_EU_REPRESENTATIVE") or None,
            senegal_representative=environ.get("GALLERY_SENEGAL_REPRESENTATIVE") or None,
            cdp_numbers=numbers(environ),
            operating_model=choice(environ, "GALLERY_OPERATING_MODEL", OperatingModel, cls.operating_model),
            policy_notice_days=whole(environ, "GALLERY_POLICY_NOTICE_DAYS", cls.policy_notice_days, least=15, most=365),
            breach_hours=whole(environ, "GALLERY_BREACH_HOURS", cls.breach_hours, least=24, most=96),
            streams=whole(environ, "GALLERY_STREAMS", cls.streams, least=1, most=10_000),
            threads=whole(environ, "GALLERY_THREADS", cls.threads, least=1, most=10_000),
            proxies=whole(environ, "GALLERY_PROXIES", cls.proxies, least=0, most=5),
            log_json=whole(environ, "GALLERY_LOG_JSON", 1, least=0, most=1) == 1,
            argon2_rounds=whole(environ, "GALLERY_ARGON2_ROUNDS", cls.argon2_rounds, least=2, most=20),
            argon2_kib=whole(environ, "GALLERY_ARGON2_KIB", cls.argon2_kib, least=19_456, most=1_048_576),
            hashes_at_once=whole(environ, "GALLERY_HASHES_AT_ONCE", cls.hashes_at_once, least=1, most=64),
            google_client_id=environ.get("GALLERY_GOOGLE_CLIENT_ID") or None,
            google_client_secret=environ.get("GALLERY_GOOGLE_CLIENT_SECRET") or None,
            google_issuer=environ.get("GALLERY_GOOGLE_ISSUER") or cls.google_issuer,
            facebook_app_id=environ.get("GALLERY_FACEBOOK_APP_ID") or None,
            facebook_app_secret=environ.get("GALLERY_FACEBOOK_APP_SECRET") or None,
            facebook_dialog=environ.get("GALLERY_FACEBOOK_DIALOG") or cls.facebook_dialog,
            consent_ask_months=whole(environ, "GALLERY_CONSENT_ASK_MONTHS", cls.consent_ask_months, least=6, most=13),
            consent_lapse_months=whole(
                environ, "GALLERY_CONSENT_LAPSE_MONTHS", cls.consent_lapse_months, least=6, most=13
            ),
            audience_months=whole(environ, "GALLERY_AUDIENCE_MONTHS", cls.audience_months, least=1, most=25),
            facebook_page=shaped(environ, "GALLERY_FACEBOOK_PAGE", r"[A-Za-z0-9.]{2,50}"),
            instagram_page=shaped(environ, "GALLERY_INSTAGRAM_PAGE", r"[A-Za-z0-9._]{1,30}"),
            google_tag=shaped(environ, "GALLERY_GOOGLE_TAG", r"(?:G|GT|AW)-[A-Z0-9]{4,20}"),
            criteo_account=shaped(environ, "GALLERY_CRITEO_ACCOUNT", r"[0-9]{1,10}"),
            facebook_graph=(environ.get("GALLERY_FACEBOOK_GRAPH") or cls.facebook_graph).rstrip("/"),
        )
        made.check()
        return made

    def check(self) -> None:
        """Refuse what would make the house unsafe or unable to run."""
        if len(self.secret_key) < SHORTEST_SECRET:
            raise SettingsError(f"GALLERY_SECRET_KEY must have at least {SHORTEST_SECRET} characters.")
        if not self.encryption_keys:
            raise SettingsError("GALLERY_ENCRYPTION_KEYS must name at least one key.")
        for key in self.encryption_keys:
            try:
                Fernet(key)
            except ValueError as wrong:
                raise SettingsError(
                    "GALLERY_ENCRYPTION_KEYS must be Fernet keys (32 bytes in URL-safe base64), separated by commas."
                ) from wrong
        scheme("GALLERY_DATABASE_URL", self.database_url, {"sqlite", "postgresql", "postgresql+psycopg"})
        if self.redis_url:
            scheme("GALLERY_REDIS_URL", self.redis_url, {"redis", "rediss", "unix"})
        if self.mail_url:
            scheme("GALLERY_MAIL_URL", self.mail_url, {"smtp", "smtps", "file"})
        scheme("GALLERY_BASE_URL", self.base_url, {"http", "https"})
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as wrong:
            raise SettingsError(f"GALLERY_TIME_ZONE: there is no time zone {self.time_zone!r}.") from wrong
        self._check_providers()
        if self.env is Env.PRODUCTION:
            self._check_production()

    def _check_providers(self) -> None:
        both(
            "GALLERY_GOOGLE_CLIENT_ID", self.google_client_id, "GALLERY_GOOGLE_CLIENT_SECRET", self.google_client_secret
        )
        both("GALLERY_FACEBOOK_APP_ID", self.facebook_app_id, "GALLERY_FACEBOOK_APP_SECRET", self.facebook_app_secret)
        schemes = {"https"} if self.env is Env.PRODUCTION else {"http", "https"}
        for name in ("google_issuer", "facebook_dialog", "facebook_graph"):
            address = getattr(self, name)
            scheme(f"GALLERY_{name.upper()}", address, schemes)
            if not urlsplit(address).hostname or "?" in address or "#" in address:
                raise SettingsError(f"GALLERY_{name.upper()} must be an address without a query, not {address!r}.")

    def _check_production(self) -> None:
        if not self.secure_cookies:
            raise SettingsError("GALLERY_BASE_URL must begin with https:// in production.")
        if not self.mail_url or self.mail_url.startswith("file"):
            raise SettingsError("GALLERY_MAIL_URL must name an SMTP server in production (smtp:// or smtps://).")
        if not self.eu_representative:
            raise SettingsError(
                "GALLERY_EU_REPRESENTATIVE must give the name and address of the representative in the European Union "
                "in production (GDPR art. 27)."
            )
        on = [name for names in formalities.FEATURES.values() for name in names if getattr(self, name)]
        if missing := formalities.unnumbered(self.cdp_numbers, on):
            raise SettingsError(
                f"GALLERY_CDP_NUMBERS must give the number of the CDP's formality for {', '.join(missing)} in "
                "production, or the settings that switch it on must be empty (law 2008-12)."
            )


def current() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions["settings"]
    return settings

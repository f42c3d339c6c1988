"""French and English: which one this visitor reads, and dates, times and texts in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, LazyString, force_locale, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from gallery.core import settings
from gallery.core.money import convert, format_money

__all__ = [
    "DEFAULT_LOCALE",
    "LOCALES",
    "_",
    "current_locale",
    "date",
    "force_locale",
    "is_page",
    "iso",
    "lazy",
    "listed",
    "ngettext",
    "page_url",
    "text",
    "text_locale",
    "time",
    "when",
    "zone",
]

LOCALES = ("fr", "en")
NAMES = {"fr": "Français", "en": "English"}
DEFAULT_LOCALE = "fr"
COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600
TRANSLATIONS = Path(__file__).parents[1] / "translations"

MOST_WORDS = 4096
"""How many texts of templates are kept ready; there are about half as many in each language."""

babel = Babel()


def init_app(app: Flask, _settings: settings.Settings) -> None:
    """Choose the language of each request; give templates `_`, dates, money and the language switch."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT_LOCALE)
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(TRANSLATIONS))
    babel.init_app(app, locale_selector=_select)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template, ngettext=_counted_in_template)
    app.jinja_env.filters.update(when=when, date=date, time=time, iso=iso, money=_money, convert=convert, listed=listed)
    app.jinja_env.globals.update(current_locale=current_locale, page_url=page_url, text=text, text_locale=text_locale)
    app.jinja_env.globals.update(LOCALES=LOCALES, LOCALE_NAMES=NAMES)
    app.after_request(_remember)


def _(words: str, /, **values: object) -> str:
    """`words`, which stand in the code in English, in the reader's language."""
    found: str = catalogue(current_locale()).ugettext(words)
    return found % values if values else found


def lazy(words: str, /, **values: object) -> LazyString:
    """`_` at the moment at which somebody reads it."""
    return LazyString(_, words, **values)


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """`one` or `many`, by `num` and the rules of the reader's language; both may name `%(num)s`."""
    found: str = catalogue(current_locale()).ungettext(one, many, num)
    return found % {"num": num, **values}


@lru_cache(maxsize=len(LOCALES))
def catalogue(language: str) -> NullTranslations:
    """The texts of a language. Flask-Babel finds them too, in a hundred steps for each text of a page."""
    return Translations.load(str(TRANSLATIONS), [language])


@pass_eval_context
def _in_template(asked: EvalContext, words: str, /, **values: object) -> str:
    """`_` as Jinja's own: always a format, and markup where the template is."""
    if values:
        return _words(current_locale(), words, asked.autoescape) % values
    return _filled(current_locale(), words, asked.autoescape)


@lru_cache(MOST_WORDS)
def _words(language: str, words: str, is_markup: bool) -> str:
    found: str = catalogue(language).ugettext(words)
    return Markup(found) if is_markup else found  # noqa: S704  A text of ours; what is filled in is escaped.


@lru_cache(MOST_WORDS)
def _filled(language: str, words: str, is_markup: bool) -> str:
    return _words(language, words, is_markup) % {}


@pass_eval_context
def _counted_in_template(asked: EvalContext, one: str, many: str, num: int, /, **values: object) -> str:
    found: str = catalogue(current_locale()).ungettext(one, many, num)
    return (Markup(found) if asked.autoescape else found) % {"num": num, **values}  # noqa: S704  As above.


def current_locale() -> str:
    """`fr` or `en`: the language of the request, or the one that `force_locale` set for a mail."""
    # Where Flask-Babel keeps it once it is known; asking it takes ten times as long.
    if not has_app_context():
        return DEFAULT_LOCALE
    locale = getattr(getattr(g, "_flask_babel", None), "babel_locale", None) or get_locale()
    return locale.language if locale is not None and locale.language in LOCALES else DEFAULT_LOCALE


def _select() -> str:
    if not has_request_context():
        return DEFAULT_LOCALE
    for choice in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if choice in LOCALES:
            return choice
    # Not `best_match`: for "fr-SN,en;q=0.9" it says English, because only "en" is named to the letter.
    wanted = (tag.lower().partition("-")[0] for tag in request.accept_languages.values())
    return next((tag for tag in wanted if tag in LOCALES), DEFAULT_LOCALE)


def _remember(response: Response) -> Response:
    """Keep a language chosen by `?lang=`."""
    chosen = request.args.get("lang")
    if chosen in LOCALES and request.cookies.get(COOKIE) != chosen:
        remember(response, chosen)
    return response


def remember(response: Response, language: str) -> None:
    """Keep a language in a cookie; it holds nothing else, so it needs no consent."""
    response.set_cookie(
        COOKIE,
        language,
        max_age=COOKIE_SECONDS,
        secure=settings.current().secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def page_url(lang: str) -> str:
    """The page on which the visitor is, with its whole query, in the other language.

    An answer to a form that came back (422) has the address of its form, if that can be opened;
    otherwise the page from which the form was sent; otherwise the first page.
    """
    path, query = request.path, list(request.args.items(multi=True))
    if request.method not in ("GET", "HEAD") and not is_page(path):
        came_from = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
        ours = came_from.netloc == request.host and is_page(unquote(came_from.path))
        path = unquote(came_from.path) if ours else "/"
        query = parse_qsl(came_from.query, keep_blank_values=True) if ours else []
    query = [(name, value) for name, value in query if name != "lang"] + [("lang", lang)]
    return f"{quote(path)}?{urlencode(query)}"


def is_page(path: str) -> bool:
    """Whether a path of ours can be opened, and does not only take forms."""
    try:
        return "GET" in current_app.create_url_adapter(request).allowed_methods(path)  # type: ignore[union-attr]
    except HTTPException:
        return False


def text(thing: object, name: str) -> str:
    """`thing.<name>_<language>`, or the other language's where that is empty. Takes rows and mappings."""
    return _value(thing, f"{name}_{text_locale(thing, name)}")


def text_locale(thing: object, name: str) -> str:
    """The language in which `text(thing, name)` is, for a `lang` attribute."""
    mine = current_locale()
    others = [locale for locale in LOCALES if locale != mine]
    return next((locale for locale in (mine, *others) if _value(thing, f"{name}_{locale}")), mine)


def _value(thing: object, name: str) -> str:
    found = thing[name] if isinstance(thing, Mapping) else getattr(thing, name)
    return found or ""


@lru_cache(maxsize=4)
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)


def zone() -> tzinfo:
    """The zone in which times are shown."""
    return _zone(settings.current().time_zone)


def zone_name() -> str:
    """What people call the zone: its city."""
    return settings.current().time_zone.rpartition("/")[2].replace("_", " ")


def listed(parts: Iterable[object]) -> str:
    """Several things in one line: « un ; deux », "one; two"."""
    return str(_("; ")).join(map(str, parts))


def date(at: datetime, locale: str | None = None) -> str:
    """« 23 nov. 2026 », "23 Nov 2026"."""
    return format_date(at.astimezone(zone()), "d MMM y", locale=locale or current_locale())


def time(at: datetime) -> str:
    """« 18:42 (Dakar) »: the time of day and whose it is."""
    return f"{at.astimezone(zone()):%H:%M} ({zone_name()})"


def when(at: datetime, locale: str | None = None) -> str:
    """« 23 nov. 2026, 18:42 (Dakar) »."""
    return f"{date(at, locale)}, {time(at)}"


def iso(at: datetime) -> str:
    """UTC, to the millisecond: what `datetime` attributes and the script read."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _money(minor: int, currency: str, locale: str | None = None) -> str:
    return format_money(minor, currency, locale or current_locale())

"""What others' programs may be loaded, and only then: social plug-ins and advertising tags (K4, J4, P-19, ADR 32).

Without consent a page has a plain block with a link in their place, or nothing, and the content security policy of the
answer lets nothing of theirs in. With consent the policy is widened for that one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask import Flask, current_app, render_template, request, session
from markupsafe import Markup

from gallery.consents import browser, queries, rules
from gallery.consents.rules import Purpose
from gallery.core import clock, web
from gallery.core.settings import Settings, current

ONCE = "shown_once"
"""Key in the session: the plug-in that a visitor wants to see this time only."""
ONCE_SECONDS = 60
"""Within which the page must come that shows it."""
PUBLIC_PAGES = ("/lots/", "/sales/", "/artists/")
"""Where advertising tags may be, besides the first page: never where somebody signs in, bids, pays or writes."""

TAG_SOURCES = {
    "google": {
        "script-src": ("https://*.googletagmanager.com",),
        "img-src": ("https://*.google-analytics.com", "https://*.googletagmanager.com"),
        "connect-src": (
            "https://*.google-analytics.com",
            "https://*.analytics.google.com",
            "https://*.googletagmanager.com",
            "https://*.g.doubleclick.net",
        ),
    },
    "criteo": {
        "script-src": ("https://dynamic.criteo.com", "https://static.criteo.net"),
        "img-src": ("https://*.criteo.com",),
        "connect-src": ("https://*.criteo.com",),
        "frame-src": ("https://*.criteo.com",),
    },
}


@dataclass(frozen=True, slots=True)
class Plugin:
    """One of Meta's, as it is set up."""

    name: str
    title: str
    link: str
    frame: str
    origin: str
    policy: str


def init_app(app: Flask, _settings: Settings) -> None:
    """Let templates place them."""
    app.jinja_env.globals.update(social_plugins=social_plugins, advertising_tags=advertising_tags)


def plugins(settings: Settings) -> dict[str, Plugin]:
    """The social plug-ins that the operator has set up."""
    found = {}
    if page := settings.facebook_page:
        link = f"https://www.facebook.com/{page}"
        found["facebook"] = Plugin(
            "facebook",
            "Facebook",
            link,
            f"https://www.facebook.com/plugins/page.php?href={quote(link, safe='')}&tabs=timeline&width=340&height=500",
            "https://www.facebook.com",
            "https://www.facebook.com/privacy/policy",
        )
    if page := settings.instagram_page:
        link = f"https://www.instagram.com/{page}/"
        found["instagram"] = Plugin(
            "instagram",
            "Instagram",
            link,
            f"{link}embed",
            "https://www.instagram.com",
            "https://privacycenter.instagram.com/policy",
        )
    return found


def show_once(name: str) -> bool:
    """Remember for one page that a plug-in was asked for; whether there is such a one."""
    if name not in plugins(current()):
        return False
    session[ONCE] = [name, clock.now().timestamp()]
    return True


def social_plugins() -> Markup:
    """Each plug-in that is set up, or what stands in its place."""
    known = plugins(current())
    if not known:
        return Markup()
    asked_for, at = session.pop(ONCE, (None, 0.0))
    is_fresh = clock.now().timestamp() - at <= ONCE_SECONDS
    always = browser.granted(Purpose.SOCIAL)
    shown = {name for name in known if always or (is_fresh and name == asked_for)}
    for name in shown:
        web.allow_source("frame-src", known[name].origin)
    drawn = render_template("consents/_social.html", plugins=known.values(), shown=shown)
    return Markup(drawn)  # noqa: S704  A template of ours, which escapes.


def advertising_tags() -> Markup:
    """The scripts of tags that are set up and allowed here, or the one that removes what they left."""
    settings = current()
    tags = {"google": settings.google_tag, "criteo": settings.criteo_account}
    if not any(tags.values()):
        return Markup()
    if not browser.granted(Purpose.ADS):
        return _scripts("js/forget.js")
    if request.path != "/" and not request.path.startswith(PUBLIC_PAGES):
        return Markup()
    for name, value in tags.items():
        for directive, sources in TAG_SOURCES[name].items() if value else ():
            for source in sources:
                web.allow_source(directive, source)
    choice = browser.here().choices[Purpose.ADS]
    ends_at = rules.add_months(choice.at, queries.windows().lapse)
    seconds = int((ends_at - clock.now()).total_seconds())
    return _scripts("js/tags.js", seconds=seconds, together=browser.granted(Purpose.CROSS_DEVICE), **tags)


def _scripts(source: str, **facts: object) -> Markup:
    template = current_app.jinja_env.get_template("consents/_tags.html")
    return Markup(template.render(source=source, facts=facts))  # noqa: S704  A template of ours, which escapes.

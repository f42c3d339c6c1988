"""The words for what the content desk keeps as codes."""

from __future__ import annotations

from gallery.content.pages.rules import Fault, Kind, Place, Tone
from gallery.core.i18n import lazy

KINDS = {
    Kind.PAGE: lazy("Pages"),
    Kind.HELP: lazy("Help topics"),
    Kind.HOME: lazy("Home page"),
    Kind.BANNER: lazy("Banners"),
    Kind.NOTICE: lazy("Notices by mail"),
}
"""Headings of the desk's list."""

NEW = {
    Kind.PAGE: lazy("New page"),
    Kind.HELP: lazy("New help topic"),
    Kind.HOME: lazy("Words of the home page"),
    Kind.BANNER: lazy("New banner"),
    Kind.NOTICE: lazy("Own words for a notice"),
}

PARTS = {
    "title_fr": lazy("Title in French"),
    "title_en": lazy("Title in English"),
    "body_fr": lazy("Text in French"),
    "body_en": lazy("Text in English"),
    "rank": lazy("Place in lists"),
    "link": lazy("Where the title leads"),
    "place": lazy("Where it stands"),
    "tone": lazy("How it looks"),
    "shown_from": lazy("From"),
    "shown_until": lazy("Until"),
}
"""What a version consists of (`rules.Draft`), as its form calls it."""

TONES = {
    Tone.PLAIN: lazy("Plain"),
    Tone.GOOD: lazy("Good news"),
    Tone.LATE: lazy("Pay attention"),
}

PLACES = {
    Place.EVERYWHERE: lazy("On all pages but those of lots"),
    Place.HOME: lazy("On the home page"),
    Place.CATALOGUE: lazy("On sales, artists and lists of lots"),
    Place.ACCOUNT: lazy("In the account"),
    Place.HELP: lazy("In the help"),
}

FAULTS = {
    Fault.UNTRANSLATED: lazy("Not translated: title or text is missing in this language."),
    Fault.BROKEN_LINK: lazy("This link leads to no page of ours:"),
    Fault.NO_SUCH_SECTION: lazy("This link leads to no section of the text:"),
    Fault.NO_SUCH_PICTURE: lazy("There is no picture with this number:"),
    Fault.FOREIGN_PICTURE: lazy("Pictures of elsewhere are not shown; upload it first:"),
    Fault.SECTIONS_DIFFER: lazy("The two languages have different sections (French / English):"),
    Fault.UNKNOWN_PLACE: lazy("Nothing fills this place in braces:"),
}

NOTICES = {
    "outbid": lazy("You were outbid"),
    "leads_again": lazy("You lead again"),
    "won": lazy("The work is yours"),
    "lost": lazy("The work went to another bidder"),
    "sold": lazy("Your work was sold"),
    "unsold": lazy("Your work was not sold"),
    "bid_annulled": lazy("Your bid was annulled"),
    "lot_withdrawn": lazy("A lot you bid on was withdrawn"),
    "own_lot_withdrawn": lazy("Your lot was withdrawn"),
}
"""What each notice of notices.rules.NOTICES says, for the desk's list."""

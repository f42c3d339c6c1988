"""What each purpose is called and what it means, in words that people read before they choose."""

from __future__ import annotations

from gallery.consents.rules import Mechanism, Purpose, Result, Windows
from gallery.core.i18n import lazy

TITLES = {
    Purpose.NECESSARY: lazy("What the site needs"),
    Purpose.PREFERENCES: lazy("Your habits in the catalogue"),
    Purpose.AUDIENCE: lazy("Counting visits"),
    Purpose.PERSONALISATION: lazy("Lots to your taste"),
    Purpose.ADS: lazy("Advertising to your taste"),
    Purpose.CROSS_DEVICE: lazy("Your devices seen as one"),
    Purpose.SOCIAL: lazy("Facebook and Instagram"),
    Purpose.EMAIL: lazy("News by e-mail"),
    Purpose.PUSH: lazy("News on your screen"),
}

WORDS = {
    Purpose.NECESSARY: lazy(
        "Staying signed in, forms that nobody can forge, your language and currency, the choices on this page. "
        "Without it the site does not work, so there is nothing to choose."
    ),
    Purpose.PREFERENCES: lazy(
        "This browser remembers how you go through the catalogue: order, filters, what you opened last. "
        "Language and currency are kept anyway, since you set them yourself."
    ),
    Purpose.AUDIENCE: lazy(
        "We count which pages are opened and where people give up, to make them better. The figures stay with us and "
        "are removed after %(months)s months."
    ),
    Purpose.PERSONALISATION: lazy(
        "From what you look at and like we suggest lots, and say why. Without it everybody sees the same."
    ),
    Purpose.ADS: lazy(
        "Google and Criteo may keep cookies in this browser, learn which of our pages you open, and show you our lots "
        "elsewhere. They receive neither your name nor your address from us."
    ),
    Purpose.CROSS_DEVICE: lazy(
        "While you are signed in, what you do on your phone and on your computer is seen as done by one person, for "
        "the purposes that you allow here. Without an account nothing is put together."
    ),
    Purpose.SOCIAL: lazy(
        "Posts of Facebook and Instagram are shown on our pages by themselves. As soon as one is, Meta learns that you "
        "are here and may keep cookies; for collecting this and sending it, Meta and we answer together."
    ),
    Purpose.EMAIL: lazy(
        "Sales to come, events and offers. Each letter has a link that ends them. What concerns your bids and "
        "purchases is written to you anyway."
    ),
    Purpose.PUSH: lazy("Sales to come, events and offers, as notifications of your browser or phone."),
}

RESULTS = {
    Result.GRANTED: lazy("allowed"),
    Result.REFUSED: lazy("refused"),
    Result.WITHDRAWN: lazy("withdrawn"),
}

MECHANISMS = {
    Mechanism.FIRST_LAYER: lazy("with the two buttons at the foot of a page"),
    Mechanism.PAGE: lazy("on the page of your choices"),
    Mechanism.SIGN_IN: lazy("before you signed in, and taken over then"),
    Mechanism.UNSUBSCRIBED: lazy("with the link in a message"),
    Mechanism.CLOSED: lazy("when the account ended"),
    Mechanism.OBJECTION: lazy("when you objected to advertising"),
}


def words(purpose: Purpose, windows: Windows) -> str:
    """What is said of a purpose, in the reader's language."""
    return str(WORDS[purpose]) % {"months": windows.audience}

"""The clock-driven job of the demonstration."""

from gallery.core import settings
from gallery.core.settings import Env
from gallery.demo import editions


def start_anew() -> None:
    """Open the next edition of the eight paintings once the last one is over."""
    if settings.current().env is Env.DEMO:
        editions.start_anew()

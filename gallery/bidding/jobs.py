"""The clock-driven job of bidding."""

from gallery.bidding import closing


def close_due_lots() -> None:
    """Write down the outcome of every lot whose end has passed; each second."""
    closing.close_due_lots()

"""What the house has written about a lot, read straight from its tables, and what must always hold of it.

`faults` shares no code with what wrote the rows except the sealing of receipts, which has tests of its own: it works
the standing out anew with the oracle, from the bids alone. Every test and every long run ends with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gallery.bidding import receipts
from gallery.core.db import Base, db
from tests.bidding.oracle import Auction, view

PUBLIC = {"lot", "seq", "kind", "bidder", "price_minor", "currency", "bids", "ends_at", "at", "commitment", "annuls"}
PUBLIC |= {"reason"}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
GRANULES = {"EUR": 100, "XOF": 500, "USD": 1}

Row = Any


@dataclass(frozen=True)
class Books:
    """One lot's rows, in order."""

    lot: Row
    sale: Row
    lead: Row | None
    bidders: list[Row]
    bids: list[Row]
    receipts: list[Row]
    outcome: Row | None

    @property
    def standing_bids(self) -> list[tuple[int, int]]:
        """(bidder, maximum) of what was not annulled, oldest first."""
        return [(bid.bidder_id, bid.maximum_minor) for bid in self.bids if bid.annulled_at is None]

    @property
    def facts(self) -> list[dict[str, Any]]:
        """What the receipts say."""
        return [json.loads(receipt.body) for receipt in self.receipts]

    @property
    def auction(self) -> Auction:
        return Auction(
            self.sale.increment_table,
            self.sale.currency,
            self.lot.opening_minor,
            self.lot.reserve_minor,
            self.sale.granularity_minor or GRANULES[self.sale.currency],
        )


def table(name: str) -> sa.Table:
    return Base.metadata.tables[name]


def rows(name: str, *order: str, **equal: object) -> list[Row]:
    """Rows of a table, as they are at this moment."""
    found = table(name)
    wanted = sa.select(found).where(*(found.c[column] == value for column, value in equal.items()))
    return list(db.session.execute(wanted.order_by(*(found.c[column] for column in order))))


def books(lot_id: int) -> Books:
    """Everything about a lot, read in one transaction."""
    db.session.rollback()
    (lot,) = rows("lot", id=lot_id)
    (sale,) = rows("sale", id=lot.sale_id)
    found = Books(
        lot,
        sale,
        next(iter(rows("lead", lot_id=lot_id)), None),
        rows("lot_bidder", "alias", lot_id=lot_id),
        rows("bid", "seq", lot_id=lot_id),
        rows("receipt", "seq", lot_id=lot_id),
        next(iter(rows("outcome", lot_id=lot_id)), None),
    )
    db.session.rollback()
    return found


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables: what a refusal must leave as it was."""
    db.session.rollback()
    found = {name: sorted(map(tuple, rows(name)), key=repr) for name in Base.metadata.tables}
    db.session.rollback()
    return found


def notices(name: str | None = None) -> list[tuple[str, int]]:
    """(notice, member) of everything queued, in order."""
    queued = [(row.payload["name"], row.member_id) for row in rows("outbox_message", "id", kind="notice")]
    db.session.rollback()
    return [one for one in queued if name in (None, one[0])]


def faults(lot_id: int) -> list[str]:
    """What is wrong with a lot's books; [] if nothing (I1, I2, I4, I5, I6, I7, I9, I14, I15)."""
    mine = books(lot_id)
    return [*chain_faults(mine), *bid_faults(mine), *standing_faults(mine), *history_faults(mine), *end_faults(mine)]


def chain_faults(mine: Books) -> Iterator[str]:
    """I14, I9: dense, sealed, and nothing in it that is not public."""
    broken = receipts.verify([(one.body, one.digest) for one in mine.receipts], lot=mine.lot.id)
    if broken is not None:
        yield f"the chain is broken at {broken}"
    if [one.seq for one in mine.receipts] != list(range(mine.lot.version)):
        yield f"version {mine.lot.version}, receipts {[one.seq for one in mine.receipts]}"
    for row, facts in zip(mine.receipts, mine.facts, strict=True):
        if set(facts) != PUBLIC or facts["kind"] != row.kind:
            yield f"receipt {row.seq} says {facts}"


def bid_faults(mine: Books) -> Iterator[str]:
    """I3: each bid has its receipt, each receipt of a bid its bid; the commitment opens; aliases in order."""
    told = {row.seq: row for row in mine.receipts if row.kind in ("bid", "raise")}
    if sorted(told) != [bid.seq for bid in mine.bids]:
        yield f"bids {[bid.seq for bid in mine.bids]}, receipts of bids {sorted(told)}"
    aliases = {row.bidder_id: row.alias for row in mine.bidders}
    first_come = list(dict.fromkeys(bid.bidder_id for bid in mine.bids))
    if aliases != {bidder: place for place, bidder in enumerate(first_come, 1)}:
        yield f"aliases {aliases} for {first_come}"
    for bid in mine.bids:
        facts = json.loads(told[bid.seq].body) if bid.seq in told else {}
        if facts and not receipts.matches(told[bid.seq].body, bid.nonce, bid.maximum_minor):
            yield f"the commitment of bid {bid.seq} does not open"
        if facts and (facts["bidder"], facts["price_minor"]) != (aliases[bid.bidder_id], bid.price_minor):
            yield f"bid {bid.seq} and its receipt differ"
    annulled = [bid.seq for bid in mine.bids if bid.annulled_at is not None]
    if annulled != sorted(facts["annuls"] for facts in mine.facts if facts["kind"] == "annulment"):
        yield f"annulled {annulled}, which the chain tells otherwise"


def standing_faults(mine: Books) -> Iterator[str]:
    """I6, I7: price, leader and maximum are what the standing bids give, says the oracle."""
    expected = view(mine.auction, mine.standing_bids)
    found = (mine.lot.price_minor, mine.lead and mine.lead.bidder_id, mine.lead.maximum_minor if mine.lead else 0)
    if found != (expected.price, expected.leader, expected.maximum):
        yield f"(price, leader, maximum) {found}, expected {expected}"
    aliases = {row.bidder_id: row.alias for row in mine.bidders}
    if mine.lot.leader_alias != (aliases[expected.leader] if expected.leader else None):
        yield f"the public leader is {mine.lot.leader_alias}"
    if bool(mine.lot.reserve_met) != (expected.reserve_met and expected.leader is not None):
        yield f"reserve met: {mine.lot.reserve_met}, expected {expected}"
    if mine.lot.bids != len(mine.standing_bids):
        yield f"{mine.lot.bids} bids counted, {len(mine.standing_bids)} stand"
    for row in mine.bidders:
        own = [maximum for bidder, maximum in mine.standing_bids if bidder == row.bidder_id]
        last = max(bid.seq for bid in mine.bids if bid.bidder_id == row.bidder_id)
        if (row.maximum_minor, row.last_seq) != (max(own, default=0), last):
            yield f"bidder {row.bidder_id} is noted with {row.maximum_minor} at {row.last_seq}"


def history_faults(mine: Books) -> Iterator[str]:
    """I1, I4, I5, along the chain: the price falls by annulment alone, the end moves as it may, times grow."""
    price, end, at = mine.lot.opening_minor, mine.lot.scheduled_end_at, LONG_AGO
    leader_moved = moves(mine)
    extra = 0
    for facts in mine.facts:
        then_end, then_at = when(facts["ends_at"]), when(facts["at"])
        name = f"entry {facts['seq']} ({facts['kind']})"
        if facts["price_minor"] < price and facts["kind"] != "annulment":
            yield f"{name}: the price fell from {price} to {facts['price_minor']}"
        if then_at < at:
            yield f"{name}: earlier than the entry before it"
        if facts["kind"] in ("bid", "raise") and not mine.lot.opens_at <= then_at < end:
            yield f"{name}: accepted at {then_at}, the lot ended at {end}"
        if facts["kind"] == "outage":
            extra = round((then_end - end).total_seconds())
        elif then_end != (expected := end_after(mine, facts, end, then_at, extra, leader_moved)):
            yield f"{name}: the end went from {end} to {then_end}, expected {expected}"
        price, end, at = facts["price_minor"], then_end, then_at
    if (mine.lot.price_minor, mine.lot.ends_at, mine.lot.outage_seconds) != (price, end, extra):
        yield f"the lot says {mine.lot.price_minor} until {mine.lot.ends_at}, its chain {price} until {end}"


def moves(mine: Books) -> set[int]:
    """The numbers of the bids that moved price or leader when they were made."""
    moved, accepted, before = set(), [], view(mine.auction, [])
    annulled_by = {facts["annuls"]: facts["seq"] for facts in mine.facts if facts["kind"] == "annulment"}
    bids = {bid.seq: bid for bid in mine.bids}
    for facts in mine.facts:
        accepted = [seq for seq in accepted if annulled_by.get(seq) != facts["seq"]]
        if facts["seq"] in bids:
            accepted.append(facts["seq"])
        now = view(mine.auction, [(bids[seq].bidder_id, bids[seq].maximum_minor) for seq in accepted])
        if facts["seq"] in bids and (now.price, now.leader) != (before.price, before.leader):
            moved.add(facts["seq"])
        before = now
    return moved


def end_after(mine: Books, facts: dict[str, Any], end: datetime, at: datetime, extra: int, moved: set[int]) -> datetime:
    """RULES "Time", soft close: where the end should be after an entry that is no outage."""
    if facts["seq"] not in moved or not mine.sale.soft_close_seconds:
        return end
    cap = mine.lot.scheduled_end_at + timedelta(seconds=mine.sale.soft_close_cap_seconds + extra)
    return max(end, min(at + timedelta(seconds=mine.sale.soft_close_seconds), cap))


def end_faults(mine: Books) -> Iterator[str]:
    """I2, I15: at most one outcome, in agreement with state, leader and the last entry of the chain."""
    state, result = mine.lot.state, mine.outcome and mine.outcome.result
    last = mine.facts[-1]["kind"] if mine.receipts else None
    kinds = [facts["kind"] for facts in mine.facts]
    if sum(kind in ("closing", "withdrawal") for kind in kinds) != (state in ("sold", "unsold", "withdrawn")):
        yield f"state {state} after {kinds}"
    expected = {"sold": ("sold", "closing"), "withdrawn": (None, "withdrawal")}
    if state == "unsold":
        wanted = ("reserve_not_met" if mine.lead else "no_bids", "closing")
    else:
        wanted = expected.get(state, (None, last))
    if (result, last) != wanted:
        yield f"state {state}, outcome {result}, last entry {last}"
    if mine.outcome is None:
        return
    sold = state == "sold"
    found = (mine.outcome.winner_id, mine.outcome.hammer_minor)
    if found != ((mine.lead.bidder_id, mine.lot.price_minor) if sold and mine.lead else (None, None)):
        yield f"outcome {found}"
    if sold and mine.lot.reserve_minor and mine.lot.price_minor < mine.lot.reserve_minor:
        yield "sold under its reserve"
    if mine.lot.closed_at is None or mine.lot.closed_at < mine.lot.ends_at:
        yield f"closed at {mine.lot.closed_at}, before its end"


def when(instant: str) -> datetime:
    return datetime.fromisoformat(instant)

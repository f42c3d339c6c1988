"""The chain of receipts: whatever is changed in it is found, and it gives no maximum away (D6, I9, I14)."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.bidding.receipts import GENESIS, Entry, Kind, canonical, commit, matches, seal, verify

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NONCE = "00112233445566778899aabbccddeeff"


def entry(seq=0, **changes):
    facts = {
        "lot": 7,
        "seq": seq,
        "kind": Kind.BID,
        "bidder": 1 + seq % 3,
        "price_minor": 100_00 + seq * 10_00,
        "currency": "EUR",
        "bids": seq,
        "ends_at": NOON + timedelta(hours=1),
        "at": NOON + timedelta(minutes=seq),
        "commitment": commit(NONCE, 500_00 + seq),
    }
    return Entry(**facts | changes)


def chain_of(*entries):
    chain, previous = [], GENESIS
    for each in entries:
        body = canonical(each)
        previous = seal(body, previous)
        chain.append((body, previous))
    return chain


CHAIN = chain_of(entry(0, kind=Kind.OPENING, bidder=None, commitment=None), *map(entry, range(1, 6)))
HEAD = CHAIN[-1][1]


def test_a_whole_chain_holds():
    assert verify(CHAIN) is None
    assert verify(CHAIN, lot=7, head=HEAD) is None
    assert verify([]) is None
    assert verify([], head=GENESIS) is None


def test_the_body_is_one_line_of_sorted_ascii_json_in_utc():
    assert canonical(entry(at=datetime(2026, 3, 2, 13, tzinfo=timezone(timedelta(hours=1))))) == (
        '{"annuls":null,"at":"2026-03-02T12:00:00.000000+00:00","bidder":1,"bids":0,'
        f'"commitment":"{commit(NONCE, 500_00)}","currency":"EUR","ends_at":"2026-03-02T13:00:00.000000+00:00",'
        '"kind":"bid","lot":7,"price_minor":10000,"reason":null,"seq":0}'
    )


def test_anybody_can_recompute_a_digest():
    (first, digest), (second, next_digest), *_ = CHAIN
    assert digest == sha256(("0" * 64 + "\n" + first).encode()).hexdigest()
    assert next_digest == sha256((digest + "\n" + second).encode()).hexdigest()


def test_nothing_in_a_body_but_what_all_may_see():
    """No member, no name, no maximum, no nonce: the keys are a fixed list."""
    for body, _ in CHAIN:
        assert set(json.loads(body)) == {
            "lot", "seq", "kind", "bidder", "price_minor", "currency", "bids", "ends_at", "at", "commitment",
            "annuls", "reason",
        }  # fmt: skip
        assert NONCE not in body


@given(
    place=st.integers(0, 5),
    half=st.integers(0, 1),
    position=st.integers(0, 10**4),
    to=st.characters(max_codepoint=0x2FFF),
)
def test_one_changed_character_is_found_where_it_is(place, half, position, to):
    parts = list(CHAIN[place])
    position %= len(parts[half])
    if parts[half][position] == to:
        return
    parts[half] = parts[half][:position] + to + parts[half][position + 1 :]
    changed = [*CHAIN[:place], tuple(parts), *CHAIN[place + 1 :]]
    assert verify(changed, head=HEAD) == place


@given(st.integers(0, 5))
def test_a_removed_entry_is_found(place):
    assert verify(CHAIN[:place] + CHAIN[place + 1 :], head=HEAD) == place


@given(st.integers(0, 5))
def test_a_chain_cut_short_is_found_by_who_knows_its_head(length):
    assert verify(CHAIN[:length], head=HEAD) == length
    assert verify(CHAIN[:length]) is None


@given(st.integers(0, 5), st.integers(0, 5))
def test_swapped_entries_are_found(one, other):
    swapped = list(CHAIN)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert verify(swapped, head=HEAD) == (None if one == other else min(one, other))


@given(st.integers(0, 6), st.integers(0, 5))
def test_an_entry_put_in_is_found(place, copied):
    longer = [*CHAIN[:place], CHAIN[copied], *CHAIN[place:]]
    assert verify(longer, head=HEAD) in {place, place + 1}


def test_a_chain_written_anew_is_found_by_who_knows_its_head():
    forged = chain_of(*(entry(seq, price_minor=1_00) for seq in range(6)))
    assert verify(forged) is None
    assert verify(forged, head=HEAD) == 6


@pytest.mark.parametrize("numbers", [(1, 2, 3), (0, 2, 3), (0, 0, 1), (0, 1, 1)])
def test_numbers_without_gaps_or_repeats_are_part_of_the_chain(numbers):
    expected = next(place for place, seq in enumerate(numbers) if place != seq)
    assert verify(chain_of(*map(entry, numbers))) == expected


def test_an_entry_of_another_lot_is_found():
    assert verify(chain_of(entry(0), entry(1, lot=8)), lot=7) == 1


@pytest.mark.parametrize("body", ["", "nonsense", "[]", "null", "7", "{}"])
def test_a_sealed_body_that_is_no_entry_is_found(body):
    assert verify([(body, seal(body, GENESIS))]) == 0


def test_a_bidder_proves_a_maximum_with_the_nonce_and_no_other():
    body = canonical(entry(commitment=commit(NONCE, 500_00)))
    assert matches(body, NONCE, 500_00)
    assert not matches(body, NONCE, 500_01)
    assert not matches(body, NONCE.replace("0", "1"), 500_00)
    assert not matches(canonical(entry(commitment=None)), NONCE, 500_00)


def test_the_same_maximum_under_two_nonces_looks_unlike():
    assert commit(NONCE, 500_00) != commit(NONCE[::-1], 500_00)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_two_maxima_never_share_a_commitment(one, other):
    assert (commit(NONCE, one) == commit(NONCE, other)) is (one == other)


@pytest.mark.parametrize("nonce", ["", "00", "00" * 15, "not hexadecimal"])
def test_a_nonce_that_could_be_guessed_is_refused(nonce):
    with pytest.raises(ValueError):  # noqa: PT011 - bytes.fromhex has its own words
        commit(nonce, 500_00)

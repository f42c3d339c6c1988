"""The rules agree with an oracle that was written otherwise (TRUST, test case 1)."""

import pytest

from tests.bidding.oracle import compare_all, compare_sampled, configurations

CONFIGURATIONS = list(configurations())


@pytest.mark.parametrize(("auction", "amounts"), CONFIGURATIONS, ids=str)
def test_rules_and_oracle_agree_on_every_sequence_of_four_bids(auction, amounts):
    assert compare_all(auction, amounts, 4) == 18**4 == 104_976


@pytest.mark.parametrize(("auction", "amounts"), CONFIGURATIONS, ids=str)
def test_rules_and_oracle_agree_on_sequences_of_twelve_bids(auction, amounts):
    assert compare_sampled(auction, amounts, length=12, sample=400) == 400

"""Bidding: the rules, the bids and their receipts, the standing, the end of a lot."""

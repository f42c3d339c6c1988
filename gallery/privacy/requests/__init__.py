"""Requests about personal data and the clocks that run from the day they came in (L1, P-30, P-31)."""

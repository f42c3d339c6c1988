"""Rows for tests, each with sensible values for whatever the test does not name."""

"""The second step."""

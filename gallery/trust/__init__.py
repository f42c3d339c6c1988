"""Blocks, limits, bars and linked accounts: the gate that others ask."""

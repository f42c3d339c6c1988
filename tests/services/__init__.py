"""Real services for the tests: each module starts one, on a free port or socket of its own, and stops it.

One set per test process: with xdist every worker has its own, so nothing is shared and nothing waits.
"""

"""Erasure over the whole map: what holds name stays for its time, all else goes at once (L3, P-37 to P-42)."""

"""The staff's desk for requests about data: a queue with clocks, and each step of the law (L1, P-30 to P-32)."""

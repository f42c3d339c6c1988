"""What a person agreed to and refused: purposes, choices, and the receipts that prove them (K1-K4, P-10 to P-20)."""

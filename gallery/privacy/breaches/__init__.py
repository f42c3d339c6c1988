"""Breaches of personal data: their register, the clock of 72 hours, whom they touched, who was told (P-52)."""

"""What the house knows of a member, as he reads it in his account, and what he can do about it (L1, L2, P-32)."""

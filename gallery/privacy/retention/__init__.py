"""What time takes away (L4, P-53)."""

"""Members, roles and sign-in."""

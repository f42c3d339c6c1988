"""Another e-mail address for an account."""

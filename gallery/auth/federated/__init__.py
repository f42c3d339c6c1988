"""Google and Facebook."""

"""Restriction: data that is kept and used for nothing that its member does not himself ask for (art. 18 GDPR, P-41)."""

"""The registers that the law asks for: receivers, transfers, processing, breaches, disclosures (L6, L7)."""

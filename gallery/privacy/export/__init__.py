"""Everything that the house holds of one member, walked over the data map and written into one archive (P-34)."""

"""Artists, sales, lots, pictures and the catalogue."""

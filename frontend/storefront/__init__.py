"""Finding and choosing: search, listings, shops."""

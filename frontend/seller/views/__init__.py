"""Pages of sellers."""

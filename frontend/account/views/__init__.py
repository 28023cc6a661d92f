"""Pages of what is one person's own."""

"""The shared parts every page is made of."""

"""Buying: the cart, the checkout, the order."""

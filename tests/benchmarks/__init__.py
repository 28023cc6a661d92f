"""Measurements: pages, orders, the weight of a first view. Run by ``make bench``, never as tests."""

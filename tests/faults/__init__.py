"""Every fault of Midtrans, under every misfortune of our own: ``python -m tests.faults`` tries them and writes a table."""

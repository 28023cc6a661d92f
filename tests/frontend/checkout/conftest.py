from tests.frontend.visiting import midtrans, today, visitor

__all__ = ["midtrans", "today", "visitor"]

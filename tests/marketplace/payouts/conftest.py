from tests.marketplace.sales.conftest import midtrans

__all__ = ["midtrans"]

"""Signed links to an order: how a guest gets back to it from a message, on any phone."""

from datetime import timedelta

from foundation import links

_PURPOSE = "order"
VALID_FOR = timedelta(days=400)


def order_token(code: str) -> str:
    """What stands in the address of an order's page and its tickets when it is reached by link."""
    return links.sign(_PURPOSE, code)


def order_code(token: str) -> str:
    """The order's code.

    :raises LinkRefused: forged or too old (404).
    """
    return links.read(_PURPOSE, token, valid_for=VALID_FOR)

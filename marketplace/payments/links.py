"""Signed links by which a buyer says where money is to go."""

from datetime import timedelta

from foundation import links

_PURPOSE = "refund-account"
VALID_FOR = timedelta(days=30)


def account_token(refund_id: int) -> str:
    """What stands in the address of the page that asks for an account."""
    return links.sign(_PURPOSE, str(refund_id))


def refund_of(token: str) -> int:
    """The refund of a link.

    :raises LinkRefused: forged or too old (404).
    """
    return int(links.read(_PURPOSE, token, valid_for=VALID_FOR))

"""Freezing the shares of a sale, and the people who have one."""

from collections.abc import Iterable
from uuid import UUID

from foundation.compiled import insert
from marketplace.payouts.models import LineShare
from marketplace.payouts.queries import Piece


def freeze_shares(sold: Iterable[tuple[UUID, int, Piece]]) -> None:
    """Write what is not the shop's own of each line, as it is on the day of the sale; inside the sale's transaction.

    :param sold: line, quantity, and the parts of one piece.
    """
    insert(*(share for line_id, quantity, piece in sold for share in _of_line(line_id, quantity, piece)))


def _of_line(line_id: UUID, quantity: int, piece: Piece) -> Iterable[LineShare]:
    # Each piece is shared out by itself and all are alike: what goes back later takes whole pieces, to the rupiah.
    if piece.levy_amount:
        yield LineShare(line_id=line_id, levy=piece.levy, rate=piece.levy_rate, amount=piece.levy_amount * quantity)
    for part in piece.parties:
        if part.amount:
            yield LineShare(line_id=line_id, party_id=part.party_id, rate=part.rate, amount=part.amount * quantity)

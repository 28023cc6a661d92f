"""Money: whole rupiah, never a fraction."""

from collections.abc import Sequence

# A cart above this is a slip of the finger; Midtrans' own limits are lower on most channels.
MOST_RUPIAH = 999_999_999


def rupiah(amount: int) -> str:
    """An amount as people write it: ``Rp1.250.000``, ``-Rp500``."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")


def share_out(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights, to the rupiah, by largest remainder; the parts always add up.

    Ties go to the earlier weight, so that a repeat gives the same parts.

    :raises ValueError: no weight is positive.
    """
    total = sum(weights)
    if total <= 0:
        raise ValueError("There is nobody to share with.")
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts

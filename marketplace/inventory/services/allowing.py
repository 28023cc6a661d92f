"""What one buyer may have: the caps of a line as demands on that buyer's own pools."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from marketplace.inventory.models import Allowance, Pool, PoolKind
from marketplace.inventory.queries.draws import Cap, CapKey, account_mark
from marketplace.inventory.services.holding import Demand


@dataclass(frozen=True)
class Want:
    """So many for one order line, under these caps."""

    line: UUID
    quantity: int
    caps: tuple[Cap, ...]


def buyer_marks(*, user_id: int | None, phone: str = "") -> tuple[str, ...]:
    """By what one buyer is known again: the account, and the phone number (E.164) by its keyed digest."""
    marks = [] if user_id is None else [account_mark(user_id)]
    if phone:
        marks.append("phone:" + salted_hmac("inventory.allowance", phone, algorithm="sha256").hexdigest())
    return tuple(marks)


def allowance_demands(*, wants: Sequence[Want], who: Collection[str]) -> list[Demand]:
    """What these lines draw on the buyer's own allowances, for :func:`hold` to take with all the rest.

    Allowances that do not exist yet are made, in one order everywhere; the caller is in the transaction that holds. No
    query where nothing is capped.
    """
    keys = sorted({cap.key for want in wants for cap in want.caps}, key=str)
    if not keys:
        return []
    pools = {(key, mark): pool_id for key, mark, pool_id in existing(keys, who)}
    demands = []
    for key in keys:
        for mark in sorted(who):
            pool_id = pools.get((key, mark)) or new_allowance(key, mark, most=most_of(key, wants))
            demands += [
                Demand(pool_id, want.line, want.quantity, most=cap.most)
                for want in wants
                for cap in want.caps
                if cap.key == key
            ]
    return demands


def existing(keys: Iterable[CapKey], who: Collection[str]) -> list[tuple[CapKey, str, int]]:
    """The allowances that these buyers have of these listings; one query."""
    of_listings = Allowance.objects.filter(listing_id__in={listing for listing, _variant, _day in keys}, who__in=who)
    rows = of_listings.values_list("listing_id", "variant_id", "day", "who", "pool_id")
    return [((listing, variant, day), mark, pool) for listing, variant, day, mark, pool in rows]


def most_of(key: CapKey, wants: Iterable[Want]) -> int:
    """The cap that goes with a key."""
    return next(cap.most for want in wants for cap in want.caps if cap.key == key)


def new_allowance(key: CapKey, mark: str, *, most: int) -> int:
    """Make an allowance, or find the one that a rival made meanwhile; returns the key of its pool."""
    listing_id, variant_id, day = key
    with transaction.atomic():
        pool = Pool.objects.create(kind=PoolKind.BUYER, capacity=most)
        of_what: dict[str, Any] = {"listing_id": listing_id, "variant_id": variant_id, "day": day, "who": mark}
        made, is_new = Allowance.objects.get_or_create(**of_what, defaults={"pool": pool})
        if not is_new:
            pool.delete()
    return made.pool_id

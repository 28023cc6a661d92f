"""What is to be said of the lines of a cart: what each costs now, how many can be had, and what keeps it from being ordered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter

from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.money import rupiah
from marketplace.carts.models import CartLine
from marketplace.catalog.models import ListingStatus
from marketplace.catalog.queries import prices_on
from marketplace.inventory.models import Slot
from marketplace.inventory.queries import SlotChoice, caps_of, had_before, left_in, pools_of, slot_choices
from marketplace.shops.models import ShopStatus


class Problem(StrEnum):
    """What keeps a line from being ordered as it stands."""

    HIDDEN = "HIDDEN"
    CLOSED = "CLOSED"
    PASSED = "PASSED"
    SOLD_OUT = "SOLD_OUT"
    # The buyer has had all that one person may have.
    HAD_ALL = "HAD_ALL"
    FEWER_LEFT = "FEWER_LEFT"
    TOO_MANY = "TOO_MANY"
    TOO_MANY_FOR_ONE = "TOO_MANY_FOR_ONE"
    PRICE_CHANGED = "PRICE_CHANGED"


# Of such a line nothing at all can be ordered.
NOTHING_TO_BE_HAD = frozenset({Problem.HIDDEN, Problem.CLOSED, Problem.PASSED, Problem.SOLD_OUT, Problem.HAD_ALL})
# Of such a line fewer can be ordered.
FEWER_TO_BE_HAD = frozenset({Problem.FEWER_LEFT, Problem.TOO_MANY, Problem.TOO_MANY_FOR_ONE})


@dataclass(frozen=True)
class Verdict:
    """What a line costs each, the most that can be had of it, and its problem with a sentence, if there is one."""

    price: int
    most: int
    problem: Problem | None = None
    sentence: str = ""


def judge(lines: Sequence[CartLine], *, user_id: int | None, now: datetime) -> list[Verdict]:
    """A verdict for each line, in their order, in a fixed number of queries.

    Lines that draw on the same pool share it: earlier lines come first. Each line needs its variant with listing, shop
    and stock loaded, and its slot if it has one.

    :param user_id: whose cart it is; what a guest has ordered before is known by the phone number at checkout only.
    """
    days = [line.slot.day if line.slot else day_of(now) for line in lines]
    prices = prices_on([line.variant for line in lines], set(days)) if lines else {}
    pools = [pools_of(line.variant, line.slot) for line in lines]
    left = left_in({pool for of_line in pools for pool in of_line}, now) if lines else {}
    caps = [caps_of(line.variant, line.slot) for line in lines]
    had = had_before([cap for of_line in caps for cap in of_line], user_id=user_id, now=now)
    slots: dict[int, Slot] = {line.slot.pk: line.slot for line in lines if line.slot}
    choices = {choice.slot_id: choice for choice in slot_choices(slots.values(), now=now)}
    # What earlier lines of this cart use of a pool, and of a cap.
    used: Counter[object] = Counter()
    verdicts = []
    for line, day, of_line, of_buyer in zip(lines, days, pools, caps, strict=True):
        verdict = _verdict(
            line,
            price=prices[day][line.variant_id],
            left=min((left[pool] - used[pool] for pool in of_line), default=0),
            limits=[(cap.most, cap.most - had[cap.key] - used[cap.key]) for cap in of_buyer],
            choice=choices.get(line.slot_id) if line.slot_id is not None else None,
            now=now,
        )
        for name in (*of_line, *(cap.key for cap in of_buyer)):
            used[name] += min(line.quantity, verdict.most)
        verdicts.append(verdict)
    return verdicts


def _verdict(
    line: CartLine,
    *,
    price: int,
    left: int,
    limits: Sequence[tuple[int, int]],
    choice: SlotChoice | None,
    now: datetime,
) -> Verdict:
    if not is_offered(line):
        return Verdict(price, 0, Problem.HIDDEN, _("This is no longer for sale."))
    if choice is not None and choice.ends_at <= now:
        return Verdict(price, 0, Problem.PASSED, choice.why_not)
    if choice is not None and not choice.is_open and not choice.is_sold_out:
        return Verdict(price, 0, Problem.CLOSED, choice.why_not)
    if left <= 0:
        return Verdict(price, 0, Problem.SOLD_OUT, _("Sold out."))
    allowed = line.variant.listing.most_per_order
    most = min(left, allowed, *(max(free, 0) for _cap, free in limits))
    tightest = min(limits, key=itemgetter(1), default=None)
    if tightest is not None and line.quantity > tightest[1]:
        problem = Problem.TOO_MANY_FOR_ONE if most else Problem.HAD_ALL
        return Verdict(price, most, problem, limit_words(*tightest))
    if line.quantity > allowed:
        sentence = _("At most %(most)d per order.") % {"most": allowed}
        return Verdict(price, most, Problem.TOO_MANY, sentence)
    if line.quantity > left:
        return Verdict(price, most, Problem.FEWER_LEFT, _("Only %(left)d left.") % {"left": left})
    if price != line.price_seen:
        words = {"before": rupiah(line.price_seen), "now": rupiah(price)}
        sentence = _("The price was %(before)s and is now %(now)s.") % words
        return Verdict(price, most, Problem.PRICE_CHANGED, sentence)
    return Verdict(price, most)


def limit_words(most: int, left: int) -> str:
    """That one person may not have so many, and how many more it may be."""
    words = {"most": most, "left": left}
    if left <= 0:
        return _("At most %(most)d per person, and you have that many already.") % words
    if left < most:
        return _("At most %(most)d per person; you can have %(left)d more.") % words
    return _("At most %(most)d per person.") % words


def is_offered(line: CartLine) -> bool:
    """Whether the line's variant is for sale at all, and chosen as it must be: tickets for a slot, goods without."""
    listing = line.variant.listing
    if not line.variant.is_active or listing.status != ListingStatus.PUBLISHED:
        return False
    if listing.shop.status != ShopStatus.APPROVED:
        return False
    return line.slot.listing_id == listing.pk if line.slot else not listing.is_dated

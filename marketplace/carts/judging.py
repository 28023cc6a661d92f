"""What is to be said of the lines of a cart: what each costs now, how many can be had, and what keeps it from being ordered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.money import rupiah
from marketplace.carts.models import CartLine
from marketplace.catalog.models import ListingStatus
from marketplace.catalog.queries import prices_on
from marketplace.inventory.models import Slot
from marketplace.inventory.queries import SlotChoice, slot_choices, stock_left
from marketplace.shops.models import ShopStatus


class Problem(StrEnum):
    """What keeps a line from being ordered as it stands."""

    HIDDEN = "HIDDEN"
    CLOSED = "CLOSED"
    PASSED = "PASSED"
    SOLD_OUT = "SOLD_OUT"
    FEWER_LEFT = "FEWER_LEFT"
    TOO_MANY = "TOO_MANY"
    PRICE_CHANGED = "PRICE_CHANGED"


# Of such a line nothing at all can be ordered.
NOTHING_TO_BE_HAD = frozenset({Problem.HIDDEN, Problem.CLOSED, Problem.PASSED, Problem.SOLD_OUT})


@dataclass(frozen=True)
class Verdict:
    """What a line costs each, the most that can be had of it, and its problem with a sentence, if there is one."""

    price: int
    most: int
    problem: Problem | None = None
    sentence: str = ""


def judge(lines: Sequence[CartLine], *, now: datetime) -> list[Verdict]:
    """A verdict for each line, in their order, in a fixed number of queries.

    Lines that draw on the same pool share it: earlier lines come first. Each line needs its variant with listing and
    shop loaded, and its slot if it has one.
    """
    days = [line.slot.day if line.slot else day_of(now) for line in lines]
    prices = prices_on([line.variant for line in lines], set(days)) if lines else {}
    pieces = stock_left([line.variant_id for line in lines if line.slot_id is None], now)
    slots: dict[int, Slot] = {line.slot.pk: line.slot for line in lines if line.slot}
    choices = {choice.slot_id: choice for choice in slot_choices(slots.values(), now=now)}
    # By slot for tickets, by variant for goods: what earlier lines of this cart leave of the pool.
    used: defaultdict[tuple[str, int], int] = defaultdict(int)
    verdicts = []
    for line, day in zip(lines, days, strict=True):
        choice = choices.get(line.slot_id) if line.slot_id is not None else None
        pool = ("slot", line.slot_id) if line.slot_id is not None else ("variant", line.variant_id)
        left = (choice.left if choice else pieces.get(line.variant_id, 0)) - used[pool]
        verdict = _verdict(line, price=prices[day][line.variant_id], left=left, choice=choice, now=now)
        used[pool] += min(line.quantity, verdict.most)
        verdicts.append(verdict)
    return verdicts


def _verdict(line: CartLine, *, price: int, left: int, choice: SlotChoice | None, now: datetime) -> Verdict:
    if not is_offered(line):
        return Verdict(price, 0, Problem.HIDDEN, _("This is no longer for sale."))
    if choice is not None and choice.ends_at <= now:
        return Verdict(price, 0, Problem.PASSED, choice.why_not)
    if choice is not None and not choice.is_open and not choice.is_sold_out:
        return Verdict(price, 0, Problem.CLOSED, choice.why_not)
    if left <= 0:
        return Verdict(price, 0, Problem.SOLD_OUT, _("Sold out."))
    allowed = line.variant.listing.most_per_order
    most = min(left, allowed)
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


def is_offered(line: CartLine) -> bool:
    """Whether the line's variant is for sale at all, and chosen as it must be: tickets for a slot, goods without."""
    listing = line.variant.listing
    if not line.variant.is_active or listing.status != ListingStatus.PUBLISHED:
        return False
    if listing.shop.status != ShopStatus.APPROVED:
        return False
    return line.slot.listing_id == listing.pk if line.slot else not listing.is_dated

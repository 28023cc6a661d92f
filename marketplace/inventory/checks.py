"""What must always hold of pools and holds."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from foundation.audit.registry import Finding
from marketplace.inventory.models import LIVE_HOLDS, Hold, HoldStatus, Pool


def taken_equals_holds() -> Iterator[Finding]:
    """A pool's ``taken`` equals its active and confirmed holds."""
    live = Coalesce(Sum("holds__quantity", filter=Q(holds__status__in=LIVE_HOLDS)), 0)
    unequal = Pool.objects.annotate(held=live).exclude(taken=F("held")).order_by("pk")
    for pk, taken, held in unequal.values_list("pk", "taken", "held"):
        yield Finding(row=f"pool {pk}", fault=f"{taken} taken, but {held} held or sold")


def nothing_is_oversold() -> Iterator[Finding]:
    """A pool's ``taken`` never exceeds its capacity."""
    for pk, taken, capacity in Pool.objects.filter(taken__gt=F("capacity")).values_list("pk", "taken", "capacity"):
        yield Finding(row=f"pool {pk}", fault=f"{taken} taken of {capacity}")


def lines_are_held_once() -> Iterator[Finding]:
    """A line's holds are all sold or none is: no half-sold line."""
    sold = Hold.objects.filter(status=HoldStatus.CONFIRMED).values("line")
    for line in Hold.objects.filter(status=HoldStatus.ACTIVE, line__in=sold).values_list("line", flat=True).distinct():
        yield Finding(row=f"line {line}", fault="is sold in one pool and only held in another")


def slots_draw_on_their_days() -> Iterator[Finding]:
    """What is held or sold of a slot is also held or sold of its day, where the day has a cap."""
    of_day = Hold.objects.live().filter(
        line=OuterRef("line"), pool_id=OuterRef("pool__slot__day_pool_id"), quantity=OuterRef("quantity")
    )
    unseen = Hold.objects.live().filter(pool__slot__day_pool__isnull=False).exclude(Exists(of_day)).order_by("pk")
    for line, pool_id in unseen.values_list("line", "pool_id"):
        yield Finding(row=f"line {line}", fault=f"draws on pool {pool_id}, but not on the pool of its day")

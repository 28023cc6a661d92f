"""What happens behind the pages while somebody shops, done by the same services that the pages call."""

import json
from collections.abc import Mapping
from typing import Any

from tests.stack import LiveStack

BEGIN = """
import json
from datetime import time, timedelta
from django.utils import timezone
from foundation.outbox.services import publish
from marketplace.catalog.models import Listing
now, said = timezone.now(), {}
"""
# What is changed under a listing is told as its services would tell it.
TELL = "\npublish(topic='listing.changed', key=Listing.objects.get(slug=slug).pk, now=now)\n"


def run(stack: LiveStack, code: str, **values: str | int) -> Mapping[str, Any]:
    """Run a few lines on the site's data; ``said`` is the dict that they leave."""
    given = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    printed = stack.manage("shell", "--no-imports", "-c", f"{BEGIN}{given}{code}\nprint('#' + json.dumps(said))")
    return json.loads(printed.rsplit("#", 1)[1])  # type: ignore[no-any-return]


def opens_until_midnight(stack: LiveStack, slug: str) -> None:
    """Let a ticket be used today until midnight, whatever the hour: its usual slots of today give way to one long one."""
    code = """
from foundation.clock import day_of
from marketplace.inventory.models import Slot
from marketplace.inventory.services import ScheduleDraft, close_slots, open_slots, set_schedules
listing, today = Listing.objects.get(slug=slug), day_of(now)
set_schedules(listing_id=listing.pk, schedules=[
    ScheduleDraft(capacity=50, from_date=today, until_date=today, starts=time(0, 1), ends=time(23, 59)),
    ScheduleDraft(capacity=50, from_date=today + timedelta(days=1), ends=time(17, 0)),
])
open_slots(listing_id=listing.pk, from_date=today, until_date=today, now=now)
slots = Slot.objects.filter(listing=listing, day=today)
long = slots.latest("ends_at")
Slot.objects.filter(pk=long.pk).update(closed_at=None)
close_slots(slot_ids=list(slots.exclude(pk=long.pk).values_list("pk", flat=True)), now=now)
said["hours"] = (long.ends_at - long.starts_at).total_seconds() / 3600
"""
    assert run(stack, code + TELL, slug=slug)["hours"] > 23


def sells_out(stack: LiveStack, slug: str) -> None:
    """Take the whole stock of a listing off the shelf."""
    code = """
from marketplace.catalog.models import Variant
from marketplace.inventory.queries import stock_left
from marketplace.inventory.services import adjust_stock
for pk, left in stock_left(list(Variant.objects.filter(listing__slug=slug).values_list("pk", flat=True)), now).items():
    adjust_stock(variant_id=pk, change=-left, by_id=None, now=now)
"""
    run(stack, code, slug=slug)


def waits_for_pictures(stack: LiveStack) -> None:
    """Wait until the worker has made every size of every picture, as it does after the sample province was loaded."""
    code = """
from time import monotonic, sleep
from cms.media.models import Image
from cms.media.services import lacking
from marketplace.catalog.models import Picture
until = monotonic() + 100
while monotonic() < until and (Picture.objects.filter(rendered_at=None).exists() or lacking().exists()):
    sleep(1)
said["left"] = Picture.objects.filter(rendered_at=None).count() + lacking().count()
"""
    # A busy machine with two cores takes its time over the sizes; one command may not.
    assert any(run(stack, code)["left"] == 0 for _time in range(4))


def raises_price(stack: LiveStack, slug: str, *, by: int) -> None:
    """Change what a listing costs, while it lies in carts."""
    code = """
from django.db.models import F
from marketplace.catalog.models import Variant
Variant.objects.filter(listing__slug=slug).update(price=F("price") + by)
"""
    run(stack, code + TELL, slug=slug, by=by)


def lets_slots_pass(stack: LiveStack, slug: str) -> None:
    """Let what is open today of a ticket, its one long slot, have ended an hour ago."""
    code = """
from foundation.clock import day_of
from marketplace.inventory.models import Slot
Slot.objects.filter(listing__slug=slug, day=day_of(now), closed_at=None).update(
    starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1), is_all_day=False)
"""
    run(stack, code + TELL, slug=slug)


def leaves_no_place(stack: LiveStack, slug: str) -> int:
    """Let today's open slot of a ticket have no place left; returns how many it had in all."""
    code = """
from django.db.models import F
from foundation.clock import day_of
from marketplace.inventory.models import Pool, Slot
slot = Slot.objects.get(listing__slug=slug, day=day_of(now), closed_at=None)
said["places"] = slot.pool.capacity
Pool.objects.filter(pk=slot.pool_id).update(capacity=F("taken"))
"""
    return int(run(stack, code, slug=slug)["places"])


def gives_places(stack: LiveStack, slug: str, places: int) -> None:
    """Let today's open slot of a ticket have so many places."""
    code = """
from foundation.clock import day_of
from marketplace.inventory.models import Pool, Slot
slot = Slot.objects.get(listing__slug=slug, day=day_of(now), closed_at=None)
Pool.objects.filter(pk=slot.pool_id).update(capacity=places)
"""
    run(stack, code, slug=slug, places=places)

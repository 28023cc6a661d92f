"""Pools of all kinds. ``StockFactory`` and ``SlotFactory`` come with their pool and what is sold from it."""

import uuid
from datetime import UTC, date, datetime

from factory import LazyFunction, SubFactory
from factory.django import DjangoModelFactory

from marketplace.inventory.models import AdjustmentReason, Hold, Pool, PoolKind, Schedule, Slot, Stock, StockAdjustment
from tests.factories.catalog import AdmissionFactory, VariantFactory


class PoolFactory(DjangoModelFactory):
    class Meta:
        model = Pool

    kind = PoolKind.STOCK
    capacity = 10


class StockFactory(DjangoModelFactory):
    class Meta:
        model = Stock

    variant = SubFactory(VariantFactory)
    pool = SubFactory(PoolFactory)


class SlotFactory(DjangoModelFactory):
    """Sunday 29 November 2026, 09.00 to 12.00 WIB."""

    class Meta:
        model = Slot

    listing = SubFactory(AdmissionFactory)
    pool = SubFactory(PoolFactory, kind=PoolKind.SLOT)
    day = date(2026, 11, 29)
    starts_at = datetime(2026, 11, 29, 2, tzinfo=UTC)
    ends_at = datetime(2026, 11, 29, 5, tzinfo=UTC)


class ScheduleFactory(DjangoModelFactory):
    class Meta:
        model = Schedule

    listing = SubFactory(AdmissionFactory)
    capacity = 100
    from_date = date(2026, 11, 1)


class HoldFactory(DjangoModelFactory):
    """A hold alone: its pool's ``taken`` is the test's business."""

    class Meta:
        model = Hold

    pool = SubFactory(PoolFactory)
    line = LazyFunction(uuid.uuid4)
    quantity = 1
    lapses_at = datetime(2026, 11, 22, 6, tzinfo=UTC)


class StockAdjustmentFactory(DjangoModelFactory):
    class Meta:
        model = StockAdjustment

    pool = SubFactory(PoolFactory)
    change = 5
    reason = AdjustmentReason.RECEIVED
    at = datetime(2026, 11, 22, 6, tzinfo=UTC)

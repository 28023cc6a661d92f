"""Destinations and what closes them."""

from datetime import UTC, datetime

from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from tests.factories.regions import RegencyFactory
from tourism.destinations.facts import Category, ClosureKind
from tourism.destinations.models import Closure, Destination


class DestinationFactory(DjangoModelFactory):
    class Meta:
        model = Destination

    region = SubFactory(RegencyFactory)
    slug = Sequence(lambda number: f"tempat-{number}")
    name = Sequence(lambda number: f"Tempat Contoh {number}")
    category = Category.MUSEUM


class ClosureFactory(DjangoModelFactory):
    class Meta:
        model = Closure

    destination = SubFactory(DestinationFactory)
    kind = ClosureKind.FULL
    starts_at = datetime(2026, 11, 20, tzinfo=UTC)
    reason_id = "Perbaikan jalan"
    reason_en = "Road works"
    declared_at = datetime(2026, 11, 20, tzinfo=UTC)

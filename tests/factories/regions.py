"""Official regions: one province, and a regency, city, district or village under it."""

from factory import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from tourism.regions.models import Region, RegionKind, RegionLevel


class RegencyFactory(DjangoModelFactory):
    class Meta:
        model = Region

    # No province has this number: codes that tests write by hand never meet these.
    code = Sequence(lambda number: f"90.{number + 10}")
    level = RegionLevel.REGENCY
    kind = RegionKind.KOTA
    name = LazyAttribute(lambda region: f"Kota Contoh {region.code}")
    short_name = LazyAttribute(lambda region: f"Contoh {region.code}")
    slug = LazyAttribute(lambda region: f"contoh-{region.code.replace('.', '-')}")

"""Things for sale. ``VariantFactory`` is goods, ``AdmissionVariantFactory`` a ticket to a destination."""

from datetime import UTC, datetime

from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from marketplace.catalog.models import (
    Category,
    ChargeKind,
    DatedPrice,
    Listing,
    ListingKind,
    ListingPicture,
    ListingStatus,
    Picture,
    Variant,
)
from tests.factories.destinations import DestinationFactory
from tests.factories.shops import ShopFactory


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    slug = Sequence(lambda number: f"rak-{number}")
    name_id = "Makanan"
    name_en = "Food"


class ListingFactory(DjangoModelFactory):
    class Meta:
        model = Listing

    slug = Sequence(lambda number: f"rendang-{number}")
    shop = SubFactory(ShopFactory)
    kind = ListingKind.GOODS
    status = ListingStatus.PUBLISHED
    category = SubFactory(CategoryFactory)
    title_id = "Rendang daging"
    title_en = "Beef rendang"
    published_at = datetime(2026, 11, 1, tzinfo=UTC)
    changed_at = datetime(2026, 11, 1, tzinfo=UTC)


class AdmissionFactory(ListingFactory):
    slug = Sequence(lambda number: f"tiket-masuk-{number}")
    kind = ListingKind.ADMISSION
    destination = SubFactory(DestinationFactory)
    title_id = "Tiket masuk"
    title_en = "Admission"


class VariantFactory(DjangoModelFactory):
    class Meta:
        model = Variant

    listing = SubFactory(ListingFactory)
    name_id = "250 gram"
    price = 85_000


class AdmissionVariantFactory(VariantFactory):
    listing = SubFactory(AdmissionFactory)
    name_id = "Dewasa"
    name_en = "Adult"
    audience = "ADULT"
    charge_kind = ChargeKind.PRIVATE_PRICE
    price = 20_000


class DatedPriceFactory(DjangoModelFactory):
    class Meta:
        model = DatedPrice

    variant = SubFactory(AdmissionVariantFactory)
    price = 25_000


class PictureFactory(DjangoModelFactory):
    class Meta:
        model = Picture

    sha256 = Sequence(lambda number: f"{number:064x}")
    file = Sequence(lambda number: f"listings/2026/11/contoh{number}.jpg")
    # Given, so that nobody opens the file, which is not there.
    width = 1200
    height = 900
    rendered_at = datetime(2026, 11, 1, tzinfo=UTC)


class ListingPictureFactory(DjangoModelFactory):
    class Meta:
        model = ListingPicture

    listing = SubFactory(ListingFactory)
    picture = SubFactory(PictureFactory)
    alt_id = "Rendang di piring"
    alt_en = "Rendang on a plate"

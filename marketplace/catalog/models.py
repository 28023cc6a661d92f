"""The catalog: what is shown for sale, in which variants, at which price."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.querysets import ListingQuerySet
from marketplace.shops.models import Shop
from tourism.destinations.models import Destination


class ListingKind(models.TextChoices):
    GOODS = "GOODS", _("product")
    ADMISSION = "ADMISSION", _("ticket")
    TOUR = "TOUR", _("tour")
    STAY = "STAY", _("stay")
    FACILITY = "FACILITY", _("facility")


# What is bought for a day, and walked in with.
DATED_KINDS = frozenset({ListingKind.ADMISSION, ListingKind.TOUR, ListingKind.FACILITY})


class ListingStatus(models.TextChoices):
    DRAFT = "DRAFT", _("draft")
    PENDING = "PENDING", _("waiting for approval")
    PUBLISHED = "PUBLISHED", _("for sale")
    HIDDEN = "HIDDEN", _("hidden")
    # By the province, and shown again only by it.
    BLOCKED = "BLOCKED", _("blocked by the province")


class HalalState(models.TextChoices):
    NOT_FOOD = "NOT_FOOD", _("not food")
    CERTIFIED = "CERTIFIED", _("halal certificate")
    NON_HALAL = "NON_HALAL", _("contains non-halal ingredients")
    EXEMPT = "EXEMPT", _("kind of food that needs no certificate")
    IN_PROCESS = "IN_PROCESS", _("certificate in process")


class Category(models.Model):
    """A shelf of the marketplace."""

    slug = models.SlugField(_("slug"), unique=True)
    name_id = models.CharField(_("name, Indonesian"), max_length=80)
    name_en = models.CharField(_("name, English"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=ListingKind, default=ListingKind.GOODS)

    def __str__(self) -> str:
        return self.name_id

    @property
    def name(self) -> str:
        """The name in the visitor's language."""
        return self.name_en if get_language() == "en" else self.name_id


class Listing(models.Model):
    """One thing shown for sale by a shop."""

    slug = models.SlugField(_("slug"), unique=True, max_length=140)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="listings", verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=10, choices=ListingKind)
    status = models.CharField(_("status"), max_length=10, choices=ListingStatus, default=ListingStatus.DRAFT)
    category = models.ForeignKey(Category, models.PROTECT, related_name="listings", verbose_name=_("category"))
    # Where a ticket admits to, or where a product is made.
    destination = models.ForeignKey(
        Destination, models.PROTECT, null=True, blank=True, related_name="listings", verbose_name=_("destination")
    )
    title_id = models.CharField(_("title, Indonesian"), max_length=120)
    title_en = models.CharField(_("title, English"), max_length=120, blank=True)
    description_id = models.TextField(_("description, Indonesian"), blank=True)
    description_en = models.TextField(_("description, English"), blank=True)
    # Tickets: what is included, when it can be given back; one line each.
    terms_id = models.TextField(_("rules, Indonesian"), blank=True)
    terms_en = models.TextField(_("rules, English"), blank=True)
    weight_grams = models.PositiveIntegerField(_("weight in grams"), default=0)
    ingredients = models.CharField(_("ingredients"), max_length=300, blank=True)
    halal_state = models.CharField(_("halal"), max_length=12, choices=HalalState, default=HalalState.NOT_FOOD)
    halal_number = models.CharField(_("halal certificate number"), max_length=40, blank=True)
    permit_number = models.CharField(_("P-IRT or MD number"), max_length=40, blank=True)
    # Most of one variant in one order; the pool may allow less.
    most_per_order = models.PositiveIntegerField(_("most per order"), default=20)
    # Most that one buyer may ever have of it, and of one day of it; none: as many as there are.
    most_per_buyer = models.PositiveIntegerField(_("most per buyer"), null=True, blank=True)
    most_per_buyer_a_day = models.PositiveIntegerField(_("most per buyer and day"), null=True, blank=True)
    # Why the province does not let it be sold, for the seller to read.
    blocked_reason = models.CharField(_("why it is blocked"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("sample data"), default=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(halal_state="CERTIFIED") | ~Q(halal_number=""), name="halal_certificate_has_number"
            ),
            models.CheckConstraint(
                condition=Q(most_per_order__gte=1, most_per_order__lte=500), name="most_per_order_is_sane"
            ),
            models.CheckConstraint(
                condition=~Q(most_per_buyer=0) & ~Q(most_per_buyer_a_day=0), name="a_buyer_may_have_some"
            ),
            models.CheckConstraint(condition=~Q(status="BLOCKED") | ~Q(blocked_reason=""), name="block_has_a_reason"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "kind", "-published_at"], name="listing_shown"),
            models.Index(fields=["status", "-published_at"], name="listing_newest"),
        ]

    def __str__(self) -> str:
        return self.title_id

    @property
    def title(self) -> str:
        """The title in the visitor's language; an untranslated one stays Indonesian."""
        return (self.title_en if get_language() == "en" else "") or self.title_id

    @property
    def description(self) -> str:
        """The description in the visitor's language."""
        return (self.description_en if get_language() == "en" else "") or self.description_id

    @property
    def terms(self) -> str:
        """The rules in the visitor's language."""
        return (self.terms_en if get_language() == "en" else "") or self.terms_id

    @property
    def is_dated(self) -> bool:
        """Whether it is bought for a day and walked in with."""
        return self.kind in DATED_KINDS

    @property
    def url_path(self) -> str:
        """Where its page is, without the prefix of a language."""
        return f"/tiket/{self.slug}/" if self.is_dated else f"/produk/{self.slug}/"


class Audience(models.TextChoices):
    ANYONE = "ANYONE", _("everyone")
    ADULT = "ADULT", _("adult")
    CHILD = "CHILD", _("child")
    FOREIGN = "FOREIGN", _("foreign visitor")


class ChargeKind(models.TextChoices):
    GOODS = "GOODS", _("price of goods")
    RETRIBUSI = "RETRIBUSI", _("retribusi, all of it the region's")
    PRIVATE_PRICE = "PRIVATE_PRICE", _("operator's price")
    NAGARI_CHARGE = "NAGARI_CHARGE", _("nagari charge")


class Variant(models.Model):
    """What has a price and goes in a cart: a size, or adult, child, foreign visitor."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="variants", verbose_name=_("listing"))
    name_id = models.CharField(_("name, Indonesian"), max_length=60, blank=True)
    name_en = models.CharField(_("name, English"), max_length=60, blank=True)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience, default=Audience.ANYONE)
    # Who counts as what: "4 to 12 years, with an adult".
    audience_rule_id = models.CharField(_("who counts, Indonesian"), max_length=120, blank=True)
    audience_rule_en = models.CharField(_("who counts, English"), max_length=120, blank=True)
    charge_kind = models.CharField(_("charge kind"), max_length=16, choices=ChargeKind, default=ChargeKind.GOODS)
    price = models.BigIntegerField(_("price"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)
    # Most of it that one buyer may ever have; none: as many as there are.
    most_per_buyer = models.PositiveIntegerField(_("most per buyer"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(price__gte=0, price__lte=999_999_999), name="variant_price_is_sane"),
            models.CheckConstraint(condition=~Q(most_per_buyer=0), name="a_buyer_may_have_some_of_it"),
        ]

    def __str__(self) -> str:
        return self.name_id

    @property
    def name(self) -> str:
        """The name in the visitor's language."""
        return (self.name_en if get_language() == "en" else "") or self.name_id

    @property
    def audience_rule(self) -> str:
        """Who counts as what, in the visitor's language."""
        return (self.audience_rule_en if get_language() == "en" else "") or self.audience_rule_id


class DatedPrice(models.Model):
    """Another price of a variant on some days: week-ends, a season. The latest row that fits a day wins."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="dated_prices", verbose_name=_("variant"))
    # ISO weekdays as letters, "67" for Saturday and Sunday; empty for every day of the span.
    weekdays = models.CharField(_("weekdays"), max_length=7, blank=True)
    from_date = models.DateField(_("from"), null=True, blank=True)
    until_date = models.DateField(_("until"), null=True, blank=True)
    price = models.BigIntegerField(_("price"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(price__gte=0, price__lte=999_999_999), name="dated_price_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.price}"

    def fits(self, day: date) -> bool:
        """Whether this is the price of a day."""
        return (
            (self.from_date is None or self.from_date <= day)
            and (self.until_date is None or day <= self.until_date)
            and (not self.weekdays or str(day.isoweekday()) in self.weekdays)
        )


class Picture(models.Model):
    """An uploaded picture, kept once by content, with its renditions beside it.

    Renditions are files named after the picture: ``<stem>-<width>.<format>`` for each of ``pictures.WIDTHS`` and ``pictures.FORMATS``.
    """

    sha256 = models.CharField(_("fingerprint"), max_length=64, unique=True)
    file = models.ImageField(
        _("file"), upload_to="listings/%Y/%m", width_field="width", height_field="height", max_length=200
    )
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)
    # None until the worker has made the renditions; pages show its middle JPEG until then, which is made at once.
    rendered_at = models.DateTimeField(_("renditions made at"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample data"), default=False)

    def __str__(self) -> str:
        return self.file.name or self.sha256[:12]


class ListingPicture(models.Model):
    """A picture of a listing, in its place; the first one stands on cards."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="pictures", verbose_name=_("listing"))
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+", verbose_name=_("picture"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    alt_id = models.CharField(_("what it shows, Indonesian"), max_length=160, blank=True)
    alt_en = models.CharField(_("what it shows, English"), max_length=160, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["listing", "position"], name="one_picture_per_place")]

    def __str__(self) -> str:
        return f"{self.listing_id}.{self.position}"

"""What is asked about shops."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import get_language

from marketplace.shops.models import CollectionAgreement, Member, MemberRole, Shop


@dataclass(frozen=True)
class ShopCard:
    """Who sells, in the visitor's language."""

    id: int
    slug: str
    name: str
    kind: str
    story: str
    region_code: str
    region_name: str
    region_slug: str
    village_name: str
    address: str
    is_sample: bool


@dataclass(frozen=True)
class Membership:
    """A shop that an account acts for."""

    shop_id: int
    slug: str
    name: str
    kind: str
    status: str
    status_label: str
    role: str
    region_slug: str

    @property
    def may_manage(self) -> bool:
        """Whether goods and orders are this member's business, not the gate alone."""
        return self.role in {MemberRole.OWNER, MemberRole.STAFF}


def with_places(shops: QuerySet[Shop]) -> QuerySet[Shop]:
    """The shops with what :func:`shop_card` needs, in the same query."""
    return shops.select_related("region", "village").defer("region__boundary", "village__boundary")


def shop_card(shop: Shop) -> ShopCard:
    """A loaded shop, its region and village with it."""
    return ShopCard(
        id=shop.pk,
        slug=shop.slug,
        name=shop.name,
        kind=shop.kind,
        story=(shop.story_en if get_language() == "en" else "") or shop.story_id,
        region_code=shop.region.code,
        region_name=shop.region.short_name,
        region_slug=shop.region.slug or "",
        village_name=shop.village.name if shop.village else "",
        address=shop.address,
        is_sample=shop.is_sample,
    )


def open_shop_card(slug: str) -> ShopCard | None:
    """The shop with this address, if it sells; one query."""
    shop = with_places(Shop.objects.open()).filter(slug=slug).first()
    return shop_card(shop) if shop else None


def memberships(user_id: int) -> list[Membership]:
    """The shops that an account acts for, by name; one query."""
    rows = Member.objects.filter(user_id=user_id).select_related("shop__region").defer("shop__region__boundary")
    return [
        Membership(
            shop_id=row.shop_id,
            slug=row.shop.slug,
            name=row.shop.name,
            kind=row.shop.kind,
            status=row.shop.status,
            status_label=row.shop.get_status_display(),
            role=row.role,
            region_slug=row.shop.region.slug or "",
        )
        for row in rows.order_by("shop__name", "pk")
    ]


def agreements_on(day: date) -> Mapping[tuple[int, int], str]:
    """Numbers of the agreements valid on a day by (region, merchant account): whose retribusi who may collect."""
    valid = CollectionAgreement.objects.filter(valid_from_date__lte=day, valid_until_date__gte=day).order_by("pk")
    rows = valid.values_list("region_id", "merchant_account_id", "number")
    return {(region, account): number for region, account, number in rows}

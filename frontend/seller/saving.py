"""From a filled form to the catalog and its stock, whole or not at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from frontend.seller import photos
from frontend.seller.forms import SizeForm
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Audience, ChargeKind, HalalState, Listing, ListingKind, Variant
from marketplace.catalog.services import ListingDraft, VariantDraft
from marketplace.inventory import services as inventory
from marketplace.inventory.queries import stock_left
from marketplace.shops.models import Shop


def offer(
    *, shop: Shop, cleaned: dict[str, Any], sizes: Sequence[SizeForm], picture_ids: Sequence[int], now: datetime
) -> Listing:
    """Put new goods up for sale. Raises as ``inventory.services.offer_goods``."""
    used = [size for size in sizes if not size.is_blank]
    draft = ListingDraft(
        kind=ListingKind.GOODS,
        variants=[VariantDraft(price=size.cleaned_data["price"], name_id=size.cleaned_data["size"]) for size in used],
        is_sample=shop.is_sample,
        **texts(cleaned),
    )
    pictures = photos.choices(None, picture_ids, title_id=draft.title_id, title_en=draft.title_en)
    stock = [size.cleaned_data["stock"] for size in used]
    return inventory.offer_goods(
        shop_id=shop.pk, draft=draft, stock=stock, pictures=pictures, price_confirmed=True, now=now
    )


@transaction.atomic
def change(
    *,
    listing: Listing,
    cleaned: dict[str, Any],
    sizes: Sequence[SizeForm],
    picture_ids: Sequence[int],
    by_id: int,
    now: datetime,
) -> None:
    """Change a listing, its sizes, their stock and its photos.

    Raises as ``catalog.services.change_listing`` and ``inventory.services.adjust_stock``.
    """
    known = {variant.pk: variant for variant in Variant.objects.filter(listing=listing)}
    used = [size for size in sizes if not size.is_blank]
    draft = ListingDraft(
        kind=ListingKind(listing.kind),
        variants=[variant_draft(size, known) for size in used],
        destination_id=listing.destination_id,
        terms_id=listing.terms_id,
        terms_en=listing.terms_en,
        most_per_order=listing.most_per_order,
        is_sample=listing.is_sample,
        **texts(cleaned),
    )
    catalog.change_listing(listing_id=listing.pk, draft=draft, price_confirmed=True, now=now)
    if listing.kind == ListingKind.GOODS:
        set_stock(listing, used, by_id=by_id, now=now)
    if list(picture_ids) != photos.of_listing(listing.pk):
        chosen = photos.choices(listing.pk, picture_ids, title_id=draft.title_id, title_en=draft.title_en)
        catalog.set_pictures(listing_id=listing.pk, pictures=chosen, now=now)


def texts(cleaned: dict[str, Any]) -> dict[str, Any]:
    """What both new and changed listings take from the form; tickets have no weight and no halal state."""
    return {
        "category_id": cleaned["category"],
        "title_id": cleaned["title_id"],
        "title_en": cleaned["title_en"],
        "description_id": cleaned["description_id"],
        "description_en": cleaned["description_en"],
        "weight_grams": cleaned.get("weight") or 0,
        "ingredients": cleaned.get("ingredients", ""),
        "halal_state": HalalState(cleaned.get("halal", HalalState.NOT_FOOD)),
        "halal_number": cleaned.get("halal_number", "") if cleaned.get("halal") == HalalState.CERTIFIED else "",
        "permit_number": cleaned.get("permit_number", ""),
    }


def variant_draft(size: SizeForm, known: dict[int, Variant]) -> VariantDraft:
    """A row of the form; what it does not show of an existing variant stays as it is."""
    cleaned = size.cleaned_data
    variant = known.get(cleaned["variant"] or 0)
    if variant is None:
        return VariantDraft(price=cleaned["price"], name_id=cleaned["size"], id=cleaned["variant"])
    same_name = cleaned["size"] == variant.name_id
    return VariantDraft(
        id=variant.pk,
        price=cleaned["price"],
        name_id=cleaned["size"],
        name_en=variant.name_en if same_name else "",
        audience=Audience(variant.audience),
        audience_rule_id=variant.audience_rule_id,
        audience_rule_en=variant.audience_rule_en,
        charge_kind=ChargeKind(variant.charge_kind),
    )


def set_stock(listing: Listing, used: Sequence[SizeForm], *, by_id: int, now: datetime) -> None:
    """Give new sizes their stock, and others the difference to what the seller saw."""
    offered = Variant.objects.filter(listing=listing, is_active=True).order_by("position", "pk")
    keys = list(offered.values_list("pk", flat=True))
    left = stock_left(keys, now)
    for key, size in zip(keys, used, strict=True):
        wanted, seen = size.cleaned_data["stock"], size.cleaned_data["stock_seen"]
        if key not in left:
            inventory.create_stock(variant_id=key, capacity=wanted)
        elif difference := wanted - (left[key] if seen is None else seen):
            inventory.adjust_stock(variant_id=key, change=difference, by_id=by_id, now=now)

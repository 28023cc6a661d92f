"""Putting things up for sale. Every change is told as ``listing.changed``, keyed by the listing's primary key."""

import hashlib
import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import nh3
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image

from foundation.codes import random_code
from foundation.errors import DomainError, InvalidInput
from foundation.money import MOST_RUPIAH, rupiah
from foundation.outbox.services import publish, publish_many
from marketplace.catalog import pictures as formats
from marketplace.catalog.models import (
    Audience,
    Category,
    ChargeKind,
    HalalState,
    Listing,
    ListingKind,
    ListingPicture,
    ListingStatus,
    Picture,
    Variant,
)
from marketplace.shops.models import Shop, ShopKind, ShopStatus

# Prices of goods outside this are asked about once: "Rp380" where Rp38.000 was meant, or three noughts too many.
USUAL_PRICES = (1_000, 20_000_000)
MOST_VARIANTS = 30
# Fewer letters say nothing.
MOST_TERSE = 5


@dataclass(frozen=True)
class VariantDraft:
    """A variant as its seller gives it; ``id`` names one that exists. Prices in whole rupiah."""

    price: int
    id: int | None = None
    name_id: str = ""
    name_en: str = ""
    audience: Audience = Audience.ANYONE
    audience_rule_id: str = ""
    audience_rule_en: str = ""
    charge_kind: ChargeKind = ChargeKind.GOODS
    is_active: bool = True


@dataclass(frozen=True)
class ListingDraft:
    """A listing as its seller gives it: photo, name, price and stock are enough; the rest can come later."""

    kind: ListingKind
    category_id: int
    title_id: str
    variants: Sequence[VariantDraft]
    title_en: str = ""
    description_id: str = ""
    description_en: str = ""
    terms_id: str = ""
    terms_en: str = ""
    destination_id: int | None = None
    weight_grams: int = 0
    ingredients: str = ""
    halal_state: HalalState = HalalState.NOT_FOOD
    halal_number: str = ""
    permit_number: str = ""
    most_per_order: int = 20
    is_sample: bool = False


@dataclass(frozen=True)
class PictureChoice:
    """A picture in a listing, with what it shows in words."""

    picture_id: int
    alt_id: str = ""
    alt_en: str = ""


class DoubtfulPrice(DomainError):
    """A price that looks like a slip; the seller may mean it, and says so by confirming."""

    code = "doubtful_price"
    status = 422

    def __init__(self, *, price: int, meant: int) -> None:
        self.price, self.meant = price, meant
        words = {"price": rupiah(price), "meant": rupiah(meant)}
        sentence = (
            _("%(price)s is very little. Did you mean %(meant)s? If not, save again to confirm.")
            if price < meant
            else _("%(price)s is very much. Did you mean %(meant)s? If not, save again to confirm.")
        )
        super().__init__(sentence % words)


class ListingBlocked(DomainError):
    """The province does not let it be sold, and why."""

    code = "listing_blocked"

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(_("The province has blocked this: %(reason)s") % {"reason": reason})


@transaction.atomic
def create_listing(*, shop_id: int, draft: ListingDraft, price_confirmed: bool = False, now: datetime) -> Listing:
    """Put a thing up for sale: published at once where the shop is open, else waiting until it is.

    The caller has made sure that whoever asks runs the shop (``Shop.objects.managed_by``).

    :param price_confirmed: the seller saw the warning and means the price.
    :raises DoubtfulPrice: a price looks like a slip ("Rp380"); ``meant`` holds the suggestion.
    :raises InvalidInput: no title, no variant, an impossible price or charge.
    """
    shop = Shop.objects.get(pk=shop_id)
    check(draft, shop=shop, price_confirmed=price_confirmed)
    listing = Listing(shop=shop, kind=draft.kind, slug=free_slug(draft.title_id), is_sample=draft.is_sample)
    write(listing, draft, now=now)
    show(listing, shop_is_open=shop.status == ShopStatus.APPROVED, now=now)
    listing.save()
    write_variants(listing, draft.variants)
    publish(topic="listing.changed", key=listing.pk, now=now)
    return listing


@transaction.atomic
def change_listing(*, listing_id: int, draft: ListingDraft, price_confirmed: bool = False, now: datetime) -> Listing:
    """Change a listing and its variants; variants that the draft no longer names are not offered any more.

    Raises as :func:`create_listing`. The kind, address and sample mark of a listing never change.
    """
    listing = Listing.objects.select_for_update(of=("self",)).select_related("shop").get(pk=listing_id)
    check(draft, shop=listing.shop, price_confirmed=price_confirmed)
    write(listing, draft, now=now)
    listing.save()
    write_variants(listing, draft.variants)
    publish(topic="listing.changed", key=listing.pk, now=now)
    return listing


@transaction.atomic
def publish_listing(*, listing_id: int, now: datetime) -> None:
    """Show a listing: at once where the shop is open, else when it is. A repeat changes nothing.

    :raises ListingBlocked: the province does not let it be sold.
    """
    listing = Listing.objects.select_for_update(of=("self",)).select_related("shop").get(pk=listing_id)
    if listing.status == ListingStatus.BLOCKED:
        raise ListingBlocked(reason=listing.blocked_reason)
    before = listing.status
    show(listing, shop_is_open=listing.shop.status == ShopStatus.APPROVED, now=now)
    if listing.status != before:
        listing.changed_at = now
        listing.save(update_fields=["status", "published_at", "changed_at"])
        publish(topic="listing.changed", key=listing.pk, now=now)


@transaction.atomic
def hide_listing(*, listing_id: int, now: datetime) -> None:
    """Take a listing out of sight; carts that hold it say so. A repeat changes nothing; what is blocked stays so."""
    shown = Listing.objects.filter(pk=listing_id).exclude(status__in=(ListingStatus.HIDDEN, ListingStatus.BLOCKED))
    if shown.update(status=ListingStatus.HIDDEN, changed_at=now):
        publish(topic="listing.changed", key=listing_id, now=now)


@transaction.atomic
def block_listing(*, listing_id: int, reason: str, now: datetime) -> None:
    """Take a listing out of sight for the province: its seller reads why, and cannot show it again.

    Orders that were placed go on. Blocking it again changes the reason.

    :raises InvalidInput: no reason.
    """
    words = " ".join(plain(reason).split())[:200]
    if len(words) < MOST_TERSE:
        raise InvalidInput(_("Tell the seller why, in a few words."))
    Listing.objects.filter(pk=listing_id).update(status=ListingStatus.BLOCKED, blocked_reason=words, changed_at=now)
    publish(topic="listing.changed", key=listing_id, now=now)
    publish(topic="listing.blocked", key=listing_id, now=now)


@transaction.atomic
def unblock_listing(*, listing_id: int, now: datetime) -> None:
    """Let a listing be sold again: at once where the shop is open, else when it is. A repeat changes nothing."""
    listing = Listing.objects.select_for_update(of=("self",)).select_related("shop").get(pk=listing_id)
    if listing.status != ListingStatus.BLOCKED:
        return
    listing.blocked_reason = ""
    show(listing, shop_is_open=listing.shop.status == ShopStatus.APPROVED, now=now)
    listing.changed_at = now
    listing.save(update_fields=["status", "published_at", "blocked_reason", "changed_at"])
    publish(topic="listing.changed", key=listing.pk, now=now)


@transaction.atomic
def follow_shop(*, shop_id: int, now: datetime) -> None:
    """Publish the listings that waited for their shop to be approved. A repeat changes nothing."""
    waiting = Listing.objects.filter(shop_id=shop_id, shop__status=ShopStatus.APPROVED, status=ListingStatus.PENDING)
    keys = list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Listing.objects.filter(pk__in=keys).update(status=ListingStatus.PUBLISHED, published_at=now, changed_at=now)
    publish_many(topic="listing.changed", keys=keys, now=now)


def add_picture(*, upload: "File[bytes]", is_sample: bool = False, now: datetime) -> Picture:
    """Keep an uploaded picture: JPEG, PNG, WebP or HEIC, turned upright, without EXIF (so without position).

    The same file again is the same picture. Renditions follow in the background (event ``picture.added``).

    :raises PictureRefused: no picture, too large, or too small to be shown.
    """
    if upload.size > formats.MOST_BYTES:
        raise formats.PictureRefused(_("This picture is larger than 12 MB. Choose a smaller one."))
    content = upload.read()
    fingerprint = hashlib.sha256(content).hexdigest()
    known = Picture.objects.filter(sha256=fingerprint).first()
    if known is not None:
        return known
    # The slow part comes before the transaction, so that nobody waits for it.
    kept = formats.normalised(content)
    with transaction.atomic():
        picture, is_new = Picture.objects.get_or_create(
            sha256=fingerprint,
            defaults={"file": ContentFile(kept, name=f"{fingerprint[:20]}.jpg"), "is_sample": is_sample},
        )
        if is_new:
            # The one that pages show until the worker has made the others: a phone should not load the whole picture.
            width = formats.middle_of(picture.width)
            _keep_rendition(picture, formats.narrowed(formats.decoded(kept), width), width=width, ending="jpg")
            publish(topic="picture.added", key=picture.pk, now=now)
    return picture


def next_to_render(*, after: int) -> int | None:
    """The key of the first picture after another that has no renditions yet."""
    waiting = Picture.objects.filter(pk__gt=after, rendered_at=None)
    return waiting.order_by("pk").values_list("pk", flat=True).first()


def render_picture(*, picture_id: int, now: datetime) -> None:
    """Make a picture's renditions; those that are there already are left as they are. A repeat changes nothing."""
    picture = Picture.objects.get(pk=picture_id)
    if picture.rendered_at is not None:
        return
    with default_storage.open(picture.file.name or "") as file:
        whole = formats.decoded(file.read())
    for width in formats.widths_of(picture.width):
        shown = formats.narrowed(whole, width)
        for ending in formats.FORMATS:
            _keep_rendition(picture, shown, width=width, ending=ending)
    with transaction.atomic():
        Picture.objects.filter(pk=picture_id).update(rendered_at=now)
        shown_by = ListingPicture.objects.filter(picture_id=picture_id).order_by("listing_id")
        keys = list(shown_by.values_list("listing_id", flat=True).distinct())
        publish_many(topic="listing.changed", keys=keys, now=now)


def _keep_rendition(picture: Picture, shown: Image.Image, *, width: int, ending: str) -> None:
    target = formats.rendition_name(picture.file.name or "", width, ending)
    if not default_storage.exists(target):
        default_storage.save(target, ContentFile(formats.encoded(shown, ending)))


@transaction.atomic
def set_pictures(*, listing_id: int, pictures: Sequence[PictureChoice], now: datetime) -> None:
    """Give a listing these pictures, in this order; the first stands on cards."""
    ListingPicture.objects.filter(listing_id=listing_id).delete()
    ListingPicture.objects.bulk_create(
        ListingPicture(
            listing_id=listing_id,
            picture_id=choice.picture_id,
            position=position,
            alt_id=plain(choice.alt_id)[:160],
            alt_en=plain(choice.alt_en)[:160],
        )
        for position, choice in enumerate(pictures)
    )
    Listing.objects.filter(pk=listing_id).update(changed_at=now)
    publish(topic="listing.changed", key=listing_id, now=now)


def check(draft: ListingDraft, *, shop: Shop, price_confirmed: bool) -> None:
    """Refuse a draft that cannot be meant.

    :raises InvalidInput: something is missing or impossible.
    :raises DoubtfulPrice: a price looks like a slip.
    """
    if len(plain(draft.title_id)) < 3:
        raise InvalidInput(_("Give it a name of at least three letters."))
    if not Category.objects.filter(pk=draft.category_id).exists():
        raise InvalidInput(_("Choose a category."))
    if not draft.variants or len(draft.variants) > MOST_VARIANTS:
        raise InvalidInput(_("Give between 1 and 30 prices."))
    if draft.halal_state == HalalState.CERTIFIED and not draft.halal_number.strip():
        raise InvalidInput(_("Give the number of the halal certificate."))
    if not 1 <= draft.most_per_order <= 500:
        raise InvalidInput(_("The most per order must be between 1 and 500."))
    is_goods = draft.kind == ListingKind.GOODS
    for variant in draft.variants:
        if not 0 <= variant.price <= MOST_RUPIAH or (is_goods and variant.price == 0):
            raise InvalidInput(_("Give a price in whole rupiah, for example 38000."))
        if is_goods != (variant.charge_kind == ChargeKind.GOODS):
            raise InvalidInput(_("This charge does not fit what is sold."))
        if variant.charge_kind == ChargeKind.RETRIBUSI and shop.kind != ShopKind.DINAS:
            raise InvalidInput(_("Only a government office collects retribusi."))
        meant = likely_price(variant.price) if is_goods else variant.price
        if meant != variant.price and not price_confirmed:
            raise DoubtfulPrice(price=variant.price, meant=meant)


def likely_price(price: int) -> int:
    """What a seller who typed this price of goods most likely meant, in whole rupiah: 380 > 38000, 38000000 > 38000."""
    least, most = USUAL_PRICES
    if 0 < price < least:
        while price < 10 * least:
            price *= 10
        return price
    return price // 1000 if price > most else price


def write(listing: Listing, draft: ListingDraft, *, now: datetime) -> None:
    """Copy a draft to a listing, its texts without any markup."""
    listing.category_id = draft.category_id
    listing.destination_id = draft.destination_id
    for name in ("title_id", "title_en", "ingredients", "halal_number", "permit_number"):
        setattr(listing, name, fitting(Listing, name, getattr(draft, name)))
    for name in ("description_id", "description_en", "terms_id", "terms_en"):
        setattr(listing, name, plain(getattr(draft, name)))
    listing.weight_grams = draft.weight_grams
    listing.halal_state = draft.halal_state
    listing.most_per_order = draft.most_per_order
    listing.changed_at = now


def write_variants(listing: Listing, drafts: Sequence[VariantDraft]) -> None:
    """Write a listing's variants; those that are no longer named stay for the orders they are in, but are not offered.

    :raises InvalidInput: a draft names a variant of another listing.
    """
    known = {variant.pk: variant for variant in Variant.objects.filter(listing=listing)}
    for position, draft in enumerate(drafts):
        if draft.id is not None and draft.id not in known:
            raise InvalidInput(_("This price belongs to something else."))
        variant = known.pop(draft.id) if draft.id is not None else Variant(listing=listing)
        variant.position = position
        for name in ("name_id", "name_en", "audience_rule_id", "audience_rule_en"):
            setattr(variant, name, fitting(Variant, name, getattr(draft, name)))
        variant.audience, variant.charge_kind = draft.audience, draft.charge_kind
        variant.price, variant.is_active = draft.price, draft.is_active
        variant.save()
    Variant.objects.filter(pk__in=known).update(is_active=False)


def show(listing: Listing, *, shop_is_open: bool, now: datetime) -> None:
    """Publish, or have it wait for the shop's approval; the caller saves."""
    listing.status = ListingStatus.PUBLISHED if shop_is_open else ListingStatus.PENDING
    if shop_is_open and listing.published_at is None:
        listing.published_at = now


def free_slug(title: str) -> str:
    """An address part made of a title, with a few random letters if another listing has it already."""
    slug = slugify(title)[:120].strip("-") or "produk"
    if Listing.objects.filter(slug=slug).exists():
        return f"{slug}-{random_code(5).lower()}"
    return slug


def fitting(model: type[Model], field: str, text: str) -> str:
    """A text without markup, no longer than the field holds."""
    return plain(text)[: getattr(model._meta.get_field(field), "max_length", None)]


def plain(text: str) -> str:
    """A seller's text without any markup, scripts with their content; line breaks stay. Templates escape it as any text."""
    return html.unescape(nh3.clean(text, tags=set())).replace("\r\n", "\n").strip()

"""Products: the list with its stock, a new one from a phone, changing one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.clock import day_of
from foundation.errors import DomainError
from frontend.parts.values import Link
from frontend.seller import photos, saving, shelves
from frontend.seller.counter import for_managers, frame, is_partial
from frontend.seller.forms import MOST_SIZES, GoodsForm, RupiahField, SizeForm, StockForm
from frontend.seller.taking_home import take_home_of
from marketplace.catalog import services as catalog
from marketplace.catalog.models import ChargeKind, Listing, ListingKind, ListingStatus, Variant
from marketplace.inventory import services as inventory
from marketplace.inventory.queries import stock_left
from marketplace.shops.models import Shop, ShopStatus

SPARE_SIZES = 3
_MEANT = re.compile(r"^(u\d{1,2}-price):(\d{1,9})$")
_FORM_KEY = re.compile(r"^[0-9a-f]{32}$")
_KEPT_FOR = 24 * 60 * 60


@dataclass(frozen=True)
class Fault:
    """Something to mend, and where."""

    label: str
    sentence: str
    field_id: str


@dataclass
class GoodsPage:
    """The form of a product with its sizes and photos, as it was filled in."""

    form: GoodsForm
    sizes: Sequence[SizeForm]
    picture_ids: Sequence[int]
    sure_of: Sequence[int]
    form_key: str = ""

    def is_valid(self) -> bool:
        """Whether all of it can be saved."""
        sizes = [size.is_valid() for size in self.sizes]
        if all(size.is_blank for size in self.sizes):
            self.sizes[0].add_error("price", _("Give a price in whole rupiah, for example 38000."))
            return False
        return self.form.is_valid() and all(sizes)

    def faults(self) -> list[Fault]:
        """All that is wrong, sizes included, in the order of the page."""
        found = [Fault("", str(error), "") for error in self.form.non_field_errors()]
        for form in (self.form, *self.sizes):
            if form.is_bound:
                fields = [field for field in form if field.errors]
                found += [Fault(str(field.label), str(field.errors[0]), field.id_for_label) for field in fields]
        return found


# The list ---------------------------------------------------------------------------------------------------------------
@require_safe
@for_managers
def listings(request: HttpRequest, shop: Shop) -> HttpResponse:
    """All products of the shop, twenty at a time."""
    now = timezone.now()
    chosen = request.GET.get("saring", "")
    chosen = chosen if chosen in shelves.FILTERS else ""
    page = shelves.shelf_page(shop, chosen=chosen, number=request.GET.get("page", "1"), now=now)
    words = (_("All"), _("For sale"), _("Hidden"), _("Running out"), _("Without photo"))
    here = reverse("seller:listings", args=[shop.slug])
    context = frame(shop, "listings") | {
        "page": page,
        "rows": shelves.rows(list(page.object_list), now=now),
        "chosen": chosen,
        "tabs": [
            Link(title=title, url=f"{here}?saring={name}" if name else here, current=name == chosen)
            for name, title in zip(shelves.FILTERS, words, strict=True)
        ],
    }
    return render(request, "seller/listings.html", context)


@require_POST
@for_managers
def stock(request: HttpRequest, shop: Shop, listing: int, variant: int) -> HttpResponse:
    """Some pieces more or fewer."""
    now = timezone.now()
    found = Variant.objects.filter(pk=variant, listing_id=listing, listing__shop=shop, stock__isnull=False)
    row = found.select_related("listing").first()
    if row is None:
        raise Http404
    form = StockForm(request.POST)
    error, status = "", 200
    if not form.is_valid():
        error, status = _("Give a whole number, for example 5 or -2."), 422
    else:
        try:
            inventory.adjust_stock(
                variant_id=row.pk,
                change=form.cleaned_data["change"],
                by_id=int(request.user.pk or 0),
                now=now,
            )
        except DomainError as refusal:
            error, status = refusal.sentence, refusal.status
    left = stock_left([row.pk], now).get(row.pk)
    shown = shelves.VariantRow(row.pk, row.listing_id, row.name, row.price, left, error)
    if is_partial(request):
        return render(request, "seller/_stock.html", {"variant": shown, "shop": shop}, status=status)
    if error:
        messages.warning(request, error)
    else:
        words = {"name": row.listing.title, "left": left}
        messages.success(request, _("%(name)s: %(left)d in stock now.") % words)
    return redirect("seller:listings", shop=shop.slug)


@require_POST
@for_managers
def show_or_hide(request: HttpRequest, shop: Shop, listing: int) -> HttpResponse:
    """Show a product to buyers, or take it out of sight."""
    now = timezone.now()
    found = find(shop, listing)
    try:
        if request.POST.get("tampil") == "1":
            catalog.publish_listing(listing_id=found.pk, now=now)
        else:
            catalog.hide_listing(listing_id=found.pk, now=now)
    except DomainError as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("seller:listings", shop=shop.slug)
    if is_partial(request):
        (row,) = shelves.rows(list(shelves.with_parts(Listing.objects.filter(pk=found.pk))), now=now)
        return render(request, "seller/_listing.html", {"row": row, "shop": shop})
    found.refresh_from_db(fields=["status"])
    messages.success(request, status_sentence(found))
    return redirect("seller:listings", shop=shop.slug)


# One product ------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def new(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Photo, name, price, stock: then it is for sale. What was typed and uploaded survives every error."""
    now = timezone.now()
    if request.method != "POST":
        page = GoodsPage(GoodsForm(), blank_sizes(0, SPARE_SIZES + 1), (), (), form_key=uuid4().hex)
        return show(request, shop, page, now=now)
    page = filled(request, shop, now=now)
    if not page.is_valid():
        return show(request, shop, page, now=now, status=422)
    lock = f"new-listing:{request.user.pk}:{page.form_key}"
    if not cache.add(lock, 0, _KEPT_FOR):
        # The same form twice: a double tap makes one product.
        made = cache.get(lock)
        return redirect("seller:listing", shop.slug, made) if made else redirect("seller:listings", shop.slug)
    try:
        listing = saving.offer(
            shop=shop, cleaned=page.form.cleaned_data, sizes=page.sizes, picture_ids=page.picture_ids, now=now
        )
    except DomainError as refusal:
        cache.delete(lock)
        page.form.add_error(None, refusal.sentence)
        return show(request, shop, page, now=now, status=refusal.status)
    cache.set(lock, listing.pk, _KEPT_FOR)
    messages.success(request, status_sentence(listing))
    return redirect("seller:listing", shop.slug, listing.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def listing(request: HttpRequest, shop: Shop, listing: int) -> HttpResponse:
    """Change a product: its words, sizes, prices, stock and photos."""
    now = timezone.now()
    found = find(shop, listing)
    if request.method != "POST":
        return show(request, shop, as_stored(found, now=now), now=now, listing=found)
    page = filled(request, shop, now=now, listing=found)
    if not page.is_valid():
        return show(request, shop, page, now=now, listing=found, status=422)
    try:
        saving.change(
            listing=found,
            cleaned=page.form.cleaned_data,
            sizes=page.sizes,
            picture_ids=page.picture_ids,
            by_id=int(request.user.pk or 0),
            now=now,
        )
    except DomainError as refusal:
        page.form.add_error(None, refusal.sentence)
        return show(request, shop, page, now=now, listing=found, status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect("seller:listing", shop.slug, found.pk)


@require_safe
@for_managers
def take_home(request: HttpRequest, shop: Shop) -> HttpResponse:
    """What the seller gets of a price, for the box beside the form."""
    try:
        price = RupiahField(required=False).clean(request.GET.get("u0-price", "")) or 0
    except forms.ValidationError:
        price = 0
    key, shelf = request.GET.get("barang", ""), request.GET.get("category", "")
    listing = find(shop, int(key)) if key.isdecimal() and len(key) < 18 else None
    category_id = int(shelf) if shelf.isdecimal() and len(shelf) < 18 else None
    context = take_home_context(shop, price, now=timezone.now(), listing=listing, category_id=category_id)
    return render(request, "seller/_take_home.html", context)


def take_home_context(
    shop: Shop, price: int, *, now: datetime, listing: Listing | None = None, category_id: int | None = None
) -> dict[str, Any]:
    """Where a price goes, line by line, and why; for a listing that exists by its first price's kind of charge."""
    charge_kind = ChargeKind.GOODS
    if listing is not None:
        first = Variant.objects.filter(listing=listing, is_active=True).order_by("position", "pk").first()
        charge_kind = ChargeKind(first.charge_kind) if first else charge_kind
    return take_home_of(
        shop,
        price,
        kind=ListingKind(listing.kind) if listing else ListingKind.GOODS,
        charge_kind=charge_kind,
        listing_id=listing.pk if listing else None,
        category_id=category_id or (listing.category_id if listing else None),
        day=day_of(now),
    )


def find(shop: Shop, key: int) -> Listing:
    """A listing of this shop; any other does not exist."""
    found = Listing.objects.select_related("shop").filter(shop=shop, pk=key).first()
    if found is None:
        raise Http404
    return found


def filled(request: HttpRequest, shop: Shop, *, now: datetime, listing: Listing | None = None) -> GoodsPage:
    """The form as it was sent, its photos stored."""
    data = as_meant(request.POST)
    kind = listing.kind if listing else ListingKind.GOODS
    picture_ids, errors = photos.take(request, is_sample=shop.is_sample, now=now)
    sure_of = [int(number) for number in data.getlist("sure") if number.isdecimal() and len(number) < 10][:MOST_SIZES]
    count = sum(f"u{place}-price" in data for place in range(catalog.MOST_VARIANTS))
    form = GoodsForm(data, request.FILES, kind=kind, photo_errors=errors)
    is_goods = kind == ListingKind.GOODS
    sizes = [SizeForm(data, prefix=f"u{place}", sure_of=sure_of, is_goods=is_goods) for place in range(max(count, 1))]
    key = data.get("form_key", "")
    return GoodsPage(form, sizes, picture_ids, sure_of, form_key=key if _FORM_KEY.match(key) else uuid4().hex)


def as_meant(sent: QueryDict) -> QueryDict:
    """What was sent, with a price replaced where the seller took the suggestion."""
    data = sent.copy()
    if found := _MEANT.match(data.get("mean", "")):
        data[found[1]] = found[2]
    return data


def as_stored(listing: Listing, *, now: datetime) -> GoodsPage:
    """The form of a product as it is."""
    variants = list(Variant.objects.filter(listing=listing, is_active=True).order_by("position", "pk"))
    left = stock_left([variant.pk for variant in variants], now)
    is_goods = listing.kind == ListingKind.GOODS
    rows = []
    for place, variant in enumerate(variants):
        initial = {
            "variant": variant.pk,
            "size": variant.name_id,
            "price": variant.price,
            "stock": left.get(variant.pk, 0),
            "stock_seen": left.get(variant.pk),
        }
        rows.append(SizeForm(prefix=f"u{place}", initial=initial, is_goods=is_goods))
    if is_goods:
        spare = min(SPARE_SIZES, catalog.MOST_VARIANTS - len(rows))
        rows += blank_sizes(len(rows), spare if rows else spare + 1)
    names = ("title_id", "title_en", "description_id", "description_en", "ingredients", "halal_number", "permit_number")
    initial_texts: dict[str, Any] = {name: getattr(listing, name) for name in names}
    initial_texts |= {
        "category": listing.category_id,
        "weight": listing.weight_grams or "",
        "halal": listing.halal_state,
    }
    form = GoodsForm(initial=initial_texts, kind=listing.kind)
    return GoodsPage(form, rows, photos.of_listing(listing.pk), ())


def blank_sizes(start: int, count: int) -> list[SizeForm]:
    """Empty rows."""
    return [SizeForm(prefix=f"u{place}") for place in range(start, start + count)]


def status_sentence(listing: Listing) -> str:
    """What became of a product, for the toast."""
    if listing.status == ListingStatus.PUBLISHED:
        return _("It is shown now and can be bought.")
    if listing.status == ListingStatus.BLOCKED:
        return _("Saved. It stays blocked by the province.")
    if listing.status == ListingStatus.PENDING:
        return _("Saved. It appears once the province has approved your shop.")
    return _("It is hidden now. Nobody can buy it until you show it again.")


def show(
    request: HttpRequest,
    shop: Shop,
    page: GoodsPage,
    *,
    now: datetime,
    listing: Listing | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form."""
    first = page.sizes[0]
    price = (
        first.cleaned_data.get("price") if first.is_bound and hasattr(first, "cleaned_data") else first["price"].value()
    )
    more = page.sizes[1:]
    context = frame(shop, "listings" if listing else "new") | {
        "goods": page,
        "form": page.form,
        "first": first,
        "more_sizes": more,
        "details_open": any(not size.is_blank for size in more) or any(size.errors for size in more),
        "kept": photos.kept(request, page.picture_ids),
        "can_add_photos": len(page.picture_ids) < photos.MOST_PHOTOS,
        "listing": listing,
        "row": shelves.row(listing, {}) if listing else None,
        "is_open": shop.status == ShopStatus.APPROVED,
    }
    context |= take_home_context(shop, int(price or 0), now=now, listing=listing)
    return render(request, "seller/listing.html", context, status=status)

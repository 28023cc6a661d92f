"""The cart as it is now: what is in it, what it costs, and what has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from foundation.accounts.buyer import Buyer
from marketplace.carts.judging import NOTHING_TO_BE_HAD, Problem, Verdict, judge
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import ListingKind
from marketplace.catalog.queries import PictureView
from marketplace.inventory.queries import first_pictures
from marketplace.shipping.queries import ShippingChoice, choices

__all__ = ["CartView", "LineView", "Problem", "ShopGroup", "SlotView", "cart_count", "cart_view"]


@dataclass(frozen=True)
class SlotView:
    """For when a ticket is."""

    id: int
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool


@dataclass(frozen=True)
class LineView:
    """A line of the cart at today's price. ``problem`` is one sentence, empty if there is none."""

    id: int
    listing_id: int
    variant_id: int
    kind: str
    url_path: str
    title: str
    variant: str
    slot: SlotView | None
    quantity: int
    # The most that may be ordered of it now; 0 if none.
    most: int
    price: int
    price_seen: int
    # Price times quantity; 0 if it cannot be ordered at all.
    amount: int
    problem_code: Problem | None
    problem: str
    picture: PictureView | None
    is_sample: bool


@dataclass(frozen=True)
class ShopGroup:
    """What a cart holds of one shop, and how it can reach the buyer (no choices if nothing is shipped)."""

    shop_id: int
    shop_name: str
    shop_slug: str
    region_code: str
    region_name: str
    region_slug: str
    merchant_account_id: int
    lines: tuple[LineView, ...]
    amount: int
    shipping: tuple[ShippingChoice, ...]

    @property
    def is_shipped(self) -> bool:
        """Whether anything in it has to leave the shop."""
        return bool(self.shipping)


@dataclass(frozen=True)
class CartView:
    """A cart, grouped by shop in the order of adding. ``total`` is without shipping; lines that cannot be ordered count 0."""

    groups: tuple[ShopGroup, ...]
    total: int
    # Pieces and tickets, for the badge.
    count: int
    # Sentences about lines, in order; empty means that it can be ordered as it stands.
    problems: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.groups

    @property
    def lines(self) -> tuple[LineView, ...]:
        """All lines of all shops."""
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def is_shipped(self) -> bool:
        """Whether an address is needed for anything in it, unless the buyer picks it all up."""
        return any(group.is_shipped for group in self.groups)


def cart_view(buyer: Buyer, now: datetime) -> CartView:
    """The buyer's cart in a fixed number of queries; an empty one if there is none."""
    cart_id = Cart.objects.of_buyer(buyer).values_list("pk", flat=True).first()
    rows = list(loaded_lines(cart_id)) if cart_id is not None else []
    if not rows:
        return CartView(groups=(), total=0, count=0, problems=())
    verdicts = judge(rows, user_id=buyer.user_id, now=now)
    pictures = first_pictures({row.variant.listing_id for row in rows})
    shipping = choices({row.variant.listing.shop_id for row in rows if _is_shipped(row)})
    # Dicts keep the order of adding: shops come as they were first filled.
    by_shop: dict[int, list[tuple[CartLine, LineView]]] = {}
    for row, verdict in zip(rows, verdicts, strict=True):
        view = _line(row, verdict, pictures.get(row.variant.listing_id))
        by_shop.setdefault(row.variant.listing.shop_id, []).append((row, view))
    groups = tuple(_group(pairs, shipping.get(shop_id, ())) for shop_id, pairs in by_shop.items())
    lines = [line for group in groups for line in group.lines]
    return CartView(
        groups=groups,
        total=sum(group.amount for group in groups),
        count=sum(line.quantity for line in lines),
        problems=tuple(f"{line.title}: {line.problem}" for line in lines if line.problem),
    )


def cart_count(buyer: Buyer) -> int:
    """Pieces and tickets in the buyer's cart, for the badge; one query."""
    carts = Cart.objects.of_buyer(buyer)
    total: int = CartLine.objects.filter(cart__in=carts).aggregate(total=Sum("quantity", default=0))["total"]
    return total


def loaded_lines(cart_id: int) -> QuerySet[CartLine]:
    """The lines of a cart in the order of adding, with all that is said of them loaded; one query."""
    lines = CartLine.objects.filter(cart_id=cart_id).order_by("added_at", "pk")
    return lines.select_related("variant__listing__shop__region", "variant__stock", "slot").defer(
        "variant__listing__shop__region__boundary"
    )


def _is_shipped(row: CartLine) -> bool:
    return row.variant.listing.kind == ListingKind.GOODS


def _group(pairs: Sequence[tuple[CartLine, LineView]], shipping: tuple[ShippingChoice, ...]) -> ShopGroup:
    shop = pairs[0][0].variant.listing.shop
    lines = tuple(view for _row, view in pairs)
    return ShopGroup(
        shop_id=shop.pk,
        shop_name=shop.name,
        shop_slug=shop.slug,
        region_code=shop.region.code,
        region_name=shop.region.short_name,
        region_slug=shop.region.slug or "",
        merchant_account_id=shop.merchant_account_id,
        lines=lines,
        amount=sum(line.amount for line in lines),
        shipping=shipping,
    )


def _line(row: CartLine, verdict: Verdict, picture: PictureView | None) -> LineView:
    listing, slot = row.variant.listing, row.slot
    return LineView(
        id=row.pk,
        listing_id=listing.pk,
        variant_id=row.variant_id,
        kind=listing.kind,
        url_path=listing.url_path,
        title=listing.title,
        variant=row.variant.name,
        slot=SlotView(slot.pk, slot.starts_at, slot.ends_at, slot.is_all_day) if slot else None,
        quantity=row.quantity,
        most=verdict.most,
        price=verdict.price,
        price_seen=row.price_seen,
        amount=0 if verdict.problem in NOTHING_TO_BE_HAD else verdict.price * row.quantity,
        problem_code=verdict.problem,
        problem=verdict.sentence,
        picture=picture,
        is_sample=listing.is_sample,
    )

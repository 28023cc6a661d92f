"""Which way each shop's goods go, as chosen on the page, and what the whole then costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frontend.parts.values import Amount
from marketplace.carts.queries import CartView, ShopGroup
from marketplace.catalog.models import ListingKind
from marketplace.shipping.models import ShippingMethod
from marketplace.shipping.queries import ShippingChoice

PREFIX = "kirim-"


@dataclass(frozen=True)
class GroupSum:
    """One shop's part of the cart with the way it goes."""

    group: ShopGroup
    name: str
    choice: ShippingChoice | None
    # Whether every line of it is a ticket.
    tickets_only: bool


@dataclass(frozen=True)
class Sums:
    """The whole cart with the ways chosen: what each shop gets, and one total that holds everything."""

    groups: Sequence[GroupSum]
    lines: Sequence[Amount]
    # Of these lines, those that are no goods and no tickets.
    charges: Sequence[Amount]
    shipping: int
    total: int
    # Whether an address is needed.
    is_sent: bool
    methods: Mapping[int, str]


def methods(chosen: Mapping[str, str]) -> dict[int, str]:
    """How each shop's goods go, as the form says: the page has one way of each chosen from the start."""
    return {int(name.removeprefix(PREFIX)): value for name, value in parameters(chosen)}


def chosen_of(offers: Sequence[ShippingChoice], wanted: str) -> ShippingChoice | None:
    """The way that was asked for; the usual one where none was, or one that is not offered."""
    return next((one for one in offers if one.method == wanted), next(iter(offers), None))


def parameters(chosen: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The ways in a form or an address, to be carried on."""
    for name, value in chosen.items():
        key = name.removeprefix(PREFIX)
        if name != key and key.isascii() and key.isdigit() and len(key) < 10 and value in ShippingMethod:
            yield name, value


def sums(cart: CartView, chosen: Mapping[str, str]) -> Sums:
    """What the cart costs with these ways; the usual way of a shop where none was chosen."""
    groups = []
    for group in cart.groups:
        name = f"{PREFIX}{group.shop_id}"
        wanted = chosen.get(name, "")
        choice = chosen_of(group.shipping, wanted)
        tickets_only = all(line.kind != ListingKind.GOODS for line in group.lines)
        groups.append(GroupSum(group=group, name=name, choice=choice, tickets_only=tickets_only))
    chosen_ways = [one.choice for one in groups if one.choice]
    shipping = sum(choice.amount for choice in chosen_ways)
    charges = list(shipping_line(shipping, ways=len(chosen_ways)))
    return Sums(
        groups=groups,
        lines=[*kinds(cart), *charges],
        charges=charges,
        shipping=shipping,
        total=cart.total + shipping,
        is_sent=any(choice.method == ShippingMethod.FLAT_RATE for choice in chosen_ways),
        methods={one.group.shop_id: one.choice.method for one in groups if one.choice},
    )


def kinds(cart: CartView) -> Iterator[Amount]:
    """Tickets and goods apart."""
    tickets = [line for line in cart.lines if line.kind != ListingKind.GOODS]
    goods = [line for line in cart.lines if line.kind == ListingKind.GOODS]
    if tickets:
        count = sum(line.quantity for line in tickets)
        title = ngettext("%(count)d ticket", "%(count)d tickets", count) % {"count": count}
        yield Amount(title=title, amount=sum(line.amount for line in tickets))
    if goods:
        count = sum(line.quantity for line in goods)
        title = ngettext("%(count)d product", "%(count)d products", count) % {"count": count}
        yield Amount(title=title, amount=sum(line.amount for line in goods))


def shipping_line(amount: int, *, ways: int) -> Iterator[Amount]:
    """Shipping, also when it is free; nothing where nothing is shipped."""
    if ways:
        yield Amount(title=_("Delivery"), amount=amount)
    yield Amount(title=_("Service charge"), amount=0)

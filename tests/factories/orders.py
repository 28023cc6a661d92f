"""Orders, by the way real ones are made: a cart is filled and placed. ``OrderFactory`` and its kin are bare rows."""

import uuid
from collections.abc import Sequence as Rows
from datetime import UTC, datetime

from factory import LazyAttribute, LazyFunction, RelatedFactory, SubFactory
from factory.django import DjangoModelFactory

from foundation.accounts.buyer import Buyer
from foundation.codes import random_code
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import Variant
from marketplace.inventory.models import Slot
from marketplace.orders.models import Contact, Order, OrderLine, PriceRow, PriceRowKind, ShopOrder
from marketplace.sales.services import CheckoutDetails, place
from marketplace.shipping.models import ShippingMethod, ShippingRate
from tests.factories.catalog import AdmissionVariantFactory, VariantFactory
from tests.factories.inventory import SlotFactory, StockFactory
from tests.factories.shops import MerchantAccountFactory, ShopFactory

# Sunday 22 November 2026, 10.00 WIB.
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
GUEST = Buyer(user_id=None, guest_key="tamu-1")
SHIPPING = 15_000


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order
        skip_postgeneration_save = True

    code = LazyFunction(lambda: random_code(8))
    guest_key = "tamu-1"
    checkout_key = LazyFunction(uuid.uuid4)
    merchant_account = SubFactory(MerchantAccountFactory)
    amount = 85_000
    placed_at = NOW
    payable_until = datetime(2026, 11, 22, 4, tzinfo=UTC)
    lapses_at = datetime(2026, 11, 22, 4, 15, tzinfo=UTC)
    contact = RelatedFactory("tests.factories.orders.ContactFactory", "order")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    order = SubFactory(OrderFactory, contact=None)
    name = "Siti Aminah"
    phone = "+6281234567890"


class ShopOrderFactory(DjangoModelFactory):
    class Meta:
        model = ShopOrder

    order = SubFactory(OrderFactory)
    shop = SubFactory(ShopFactory)
    shipping_method = ShippingMethod.FLAT_RATE


class OrderLineFactory(DjangoModelFactory):
    """One piece of goods; its price row comes with it."""

    class Meta:
        model = OrderLine
        skip_postgeneration_save = True

    shop_order = SubFactory(ShopOrderFactory)
    variant = SubFactory(VariantFactory)
    title_id = "Rendang daging"
    title_en = "Beef rendang"
    quantity = 1
    amount = LazyAttribute(lambda line: line.variant.price * line.quantity)
    charge_kind = LazyAttribute(lambda line: line.variant.charge_kind)
    price_row = RelatedFactory("tests.factories.orders.PriceRowFactory", "line")


class PriceRowFactory(DjangoModelFactory):
    class Meta:
        model = PriceRow

    line = SubFactory(OrderLineFactory, price_row=None)
    kind = PriceRowKind.UNIT
    unit_amount = LazyAttribute(lambda row: row.line.variant.price)
    quantity = LazyAttribute(lambda row: row.line.quantity)
    amount = LazyAttribute(lambda row: row.unit_amount * row.quantity)


def goods(*, price: int = 85_000, pieces: int = 10, **listing: object) -> Variant:
    """Goods with a stock, of a shop that ships for 15,000 and lets people come for it."""
    variant = VariantFactory(price=price, **{f"listing__{name}": value for name, value in listing.items()})
    StockFactory(variant=variant, pool__capacity=pieces)
    shop = variant.listing.shop
    ShippingRate.objects.get_or_create(shop=shop, defaults={"amount": SHIPPING})
    return variant


def admission(*, price: int = 20_000, places: int = 10, **variant: object) -> tuple[Variant, Slot]:
    """A ticket, and a slot of it a week from ``NOW``."""
    adult = AdmissionVariantFactory(price=price, **variant)
    return adult, SlotFactory(listing=adult.listing, pool__capacity=places)


def fill_cart(*lines: tuple[Variant, Slot | None, int], buyer: Buyer = GUEST) -> Cart:
    """A cart with these lines, each as it was last shown."""
    owner = {"user_id": buyer.user_id} if buyer.user_id else {"user": None, "guest_key": buyer.guest_key}
    cart, _created = Cart.objects.get_or_create(**owner, defaults={"changed_at": NOW})
    for variant, slot, quantity in lines:
        CartLine.objects.create(
            cart=cart, variant=variant, slot=slot, quantity=quantity, price_seen=variant.price, added_at=NOW
        )
    return cart


def details(agreed_total: int, *, pick_up: Rows[int] = (), **changes: object) -> CheckoutDetails:
    """What a guest types who comes for the goods."""
    shipping = dict.fromkeys(pick_up, ShippingMethod.PICK_UP.value)
    given = {"name": "Siti Aminah", "phone": "0812-3456-7890", "agreed_total": agreed_total, "shipping": shipping}
    return CheckoutDetails(**(given | changes))  # type: ignore[arg-type]


def placed_order(
    *lines: tuple[Variant, Slot | None, int], buyer: Buyer = GUEST, now: datetime = NOW, **changes: object
) -> Order:
    """An order placed from a cart with these lines; goods are picked up."""
    fill_cart(*lines, buyer=buyer)
    total = sum(variant.price * quantity for variant, _slot, quantity in lines)
    shops = [variant.listing.shop_id for variant, slot, _quantity in lines if slot is None]
    return place(
        buyer=buyer,
        checkout_key=uuid.uuid4(),
        details=details(total, pick_up=shops, **changes),
        language="id",
        now=now,
    )

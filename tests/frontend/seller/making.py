"""Shop orders as sellers find them: paid, at a stage."""

from datetime import timedelta

from marketplace.orders.models import OrderEvent, OrderStatus, ShopOrderStatus
from tests.factories.catalog import ListingFactory, VariantFactory
from tests.factories.orders import NOW, ContactFactory, OrderFactory, OrderLineFactory, ShopOrderFactory


def shop_order(
    shop, *, status=ShopOrderStatus.TO_PACK, hours_ago=1, quantity=2, price=38_000, variant=None, contact=None, **fields
):
    """One order of goods; by default two packets, to be sent."""
    paid_at = NOW - timedelta(hours=hours_ago)
    order = OrderFactory(status=OrderStatus.PAID, placed_at=paid_at, paid_at=paid_at, contact=None)
    ContactFactory(order=order, **(contact or {}))
    part = ShopOrderFactory(order=order, shop=shop, status=status, **fields)
    variant = variant or VariantFactory(listing=ListingFactory(shop=shop, title_id="Keripik sanjai"), price=price)
    OrderLineFactory(shop_order=part, variant=variant, quantity=quantity, title_id="Keripik sanjai", title_en="")
    OrderEvent.objects.create(order=order, shop_order=part, before="WAITING", after="TO_PACK", at=paid_at)
    return part

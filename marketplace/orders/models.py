"""Orders: what one buyer pays at once, the part each shop fulfils, and every line's price rows."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.errors import DomainError
from marketplace.catalog.models import ChargeKind, Variant
from marketplace.inventory.models import Slot
from marketplace.orders.querysets import OrderLineQuerySet, OrderQuerySet, ShopOrderQuerySet
from marketplace.shipping.models import ShippingMethod
from marketplace.shops.models import MerchantAccount, Shop
from tourism.regions.models import Region


class OrderStatus(models.TextChoices):
    # Placed, everything held, waiting for money.
    PLACED = "PLACED", _("waiting for payment")
    # All of the money came in; holds are sales, tickets are issued.
    PAID = "PAID", _("paid")
    # Nothing was paid before the deadline; holds were given back.
    LAPSED = "LAPSED", _("not paid in time")
    CANCELLED = "CANCELLED", _("cancelled")
    # Paid, and a part of it went back.
    PARTLY_REFUNDED = "PARTLY_REFUNDED", _("partly refunded")
    REFUNDED = "REFUNDED", _("refunded")


ORDER_TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.PAID, OrderStatus.LAPSED, OrderStatus.CANCELLED}),
    # Money that comes after the deadline re-takes what is free, or goes back.
    OrderStatus.LAPSED: frozenset({OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED, OrderStatus.REFUNDED}),
    OrderStatus.CANCELLED: frozenset({OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED, OrderStatus.REFUNDED}),
    # A provisional channel may take its settlement back.
    OrderStatus.PAID: frozenset({OrderStatus.PARTLY_REFUNDED, OrderStatus.REFUNDED, OrderStatus.CANCELLED}),
    OrderStatus.PARTLY_REFUNDED: frozenset({OrderStatus.PARTLY_REFUNDED, OrderStatus.REFUNDED, OrderStatus.CANCELLED}),
    # The settlement was taken back before what was to be given back had left.
    OrderStatus.REFUNDED: frozenset({OrderStatus.CANCELLED}),
}


class ShopOrderStatus(models.TextChoices):
    # The order is not paid yet; the shop does not see it.
    WAITING = "WAITING", _("waiting for payment")
    TO_PACK = "TO_PACK", _("to pack")
    PACKED = "PACKED", _("packed")
    # Sent, or ready to be picked up.
    SENT = "SENT", _("sent")
    # Received by the buyer; a shop order of tickets only starts here.
    RECEIVED = "RECEIVED", _("received")
    CANCELLED = "CANCELLED", _("cancelled")


SHOP_ORDER_TRANSITIONS: Mapping[ShopOrderStatus, frozenset[ShopOrderStatus]] = {
    ShopOrderStatus.WAITING: frozenset({ShopOrderStatus.TO_PACK, ShopOrderStatus.RECEIVED, ShopOrderStatus.CANCELLED}),
    ShopOrderStatus.TO_PACK: frozenset({ShopOrderStatus.PACKED, ShopOrderStatus.CANCELLED}),
    ShopOrderStatus.PACKED: frozenset({ShopOrderStatus.SENT, ShopOrderStatus.CANCELLED}),
    ShopOrderStatus.SENT: frozenset({ShopOrderStatus.RECEIVED}),
    ShopOrderStatus.RECEIVED: frozenset({ShopOrderStatus.CANCELLED}),
    ShopOrderStatus.CANCELLED: frozenset({ShopOrderStatus.TO_PACK, ShopOrderStatus.RECEIVED}),
}


class TransitionRefused(DomainError):
    """A step that the present state does not allow."""

    code = "transition_refused"

    def __init__(self, *, before: str, after: str) -> None:
        self.before, self.after = before, after
        super().__init__(gettext("This step is not possible now. Please reload the page to see the present state."))


class Order(models.Model):
    """What one buyer pays at once. Shown by its random code, never by its key."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("account"),
    )
    guest_key = models.CharField(_("guest key"), max_length=40, blank=True)
    # The key of the checkout form: a form sent twice finds the order it made.
    checkout_key = models.UUIDField(_("checkout key"), unique=True)
    status = models.CharField(_("status"), max_length=16, choices=OrderStatus, default=OrderStatus.PLACED)
    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="orders", verbose_name=_("merchant account")
    )
    # Whole rupiah: lines, shipping and fees less discounts.
    amount = models.BigIntegerField(_("amount"))
    language = models.CharField(_("language"), max_length=5, default="id")
    placed_at = models.DateTimeField(_("placed at"))
    payable_until = models.DateTimeField(_("payable until"))
    lapses_at = models.DateTimeField(_("lapses at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="order_amount_not_negative"),
            models.CheckConstraint(condition=Q(lapses_at__gte=F("payable_until")), name="order_lapses_after_deadline"),
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(guest_key=""), name="order_has_a_buyer"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lapses_at"], condition=Q(status="PLACED"), name="order_unpaid"),
            models.Index(fields=["user", "-placed_at"], name="order_of_user"),
            models.Index(fields=["guest_key"], condition=~Q(guest_key=""), name="order_of_guest"),
        ]

    def __str__(self) -> str:
        return self.code

    def move_to(self, status: OrderStatus, *, at: datetime, by_id: int | None = None, note: str = "") -> None:
        """Take the order to another state and record it; the caller holds the row's lock.

        :raises TransitionRefused: the state does not lead there.
        """
        event = self.step_to(status, at=at, by_id=by_id, note=note)
        self.save(update_fields=["status"])
        event.save()

    def step_to(self, status: OrderStatus, *, at: datetime, by_id: int | None = None, note: str = "") -> "OrderEvent":
        """As :meth:`move_to`, in memory: the caller saves order and event, perhaps with those of other orders."""
        before = OrderStatus(self.status)
        if status not in ORDER_TRANSITIONS[before]:
            raise TransitionRefused(before=before, after=status)
        self.status = status
        return OrderEvent(order=self, before=before, after=status, at=at, by_id=by_id, note=note)


class Contact(models.Model):
    """The personal data of one order, and the only place of it. Erasure blanks this row."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="contact", verbose_name=_("order"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = models.CharField(_("phone number"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    recipient_name = models.CharField(_("recipient's name"), max_length=120, blank=True)
    recipient_phone = models.CharField(_("recipient's phone number"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    village = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("nagari or kelurahan")
    )
    # Elsewhere in the country: the city or regency and its province, as the buyer writes them.
    locality = models.CharField(_("city and province"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)
    # A gift: no price on the slip.
    is_gift = models.BooleanField(_("gift"), default=False)
    # The buyer wants it erased: at once if the order is over, else as soon as it is.
    erase_asked_at = models.DateTimeField(_("erasure asked for at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    def __str__(self) -> str:
        return f"contact of order {self.order_id}"


class ShopOrder(models.Model):
    """The part of an order that one shop fulfils."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="shop_orders", verbose_name=_("order"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="shop_orders", verbose_name=_("shop"))
    status = models.CharField(_("status"), max_length=10, choices=ShopOrderStatus, default=ShopOrderStatus.WAITING)
    # None if nothing is shipped.
    shipping_method = models.CharField(_("shipping"), max_length=10, choices=ShippingMethod, blank=True)
    shipping_amount = models.BigIntegerField(_("shipping costs"), default=0)
    discount_amount = models.BigIntegerField(_("discount"), default=0)
    tracking_number = models.CharField(_("receipt number"), max_length=60, blank=True)
    # The ledger names a shipment by this.
    shipment = models.UUIDField(_("shipment"), default=uuid.uuid4, unique=True)

    objects = ShopOrderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "shop"], name="one_shop_order_per_shop"),
            models.CheckConstraint(
                condition=Q(shipping_amount__gte=0, discount_amount__gte=0), name="shop_order_amounts_not_negative"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["shop", "status"], name="shop_order_todo")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.shop_id}"

    def move_to(self, status: ShopOrderStatus, *, at: datetime, by_id: int | None = None, note: str = "") -> None:
        """Take the shop order to another state and record it; the caller holds the order's lock.

        :raises TransitionRefused: the state does not lead there.
        """
        event = self.step_to(status, at=at, by_id=by_id, note=note)
        self.save(update_fields=["status"])
        event.save()

    def step_to(
        self, status: ShopOrderStatus, *, at: datetime, by_id: int | None = None, note: str = ""
    ) -> "OrderEvent":
        """As :meth:`move_to`, in memory: the caller saves shop order and event, perhaps with those of others."""
        before = ShopOrderStatus(self.status)
        if status not in SHOP_ORDER_TRANSITIONS[before]:
            raise TransitionRefused(before=before, after=status)
        self.status = status
        return OrderEvent(
            order_id=self.order_id, shop_order=self, before=before, after=status, at=at, by_id=by_id, note=note
        )


class OrderLine(models.Model):
    """A variant bought, as it was at the sale. Its amount is the sum of its price rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop_order = models.ForeignKey(ShopOrder, models.CASCADE, related_name="lines", verbose_name=_("shop order"))
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", verbose_name=_("variant"))
    slot = models.ForeignKey(
        Slot, models.PROTECT, null=True, blank=True, related_name="order_lines", verbose_name=_("slot")
    )
    title_id = models.CharField(_("title, Indonesian"), max_length=200)
    title_en = models.CharField(_("title, English"), max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.BigIntegerField(_("amount"))
    charge_kind = models.CharField(_("charge kind"), max_length=16, choices=ChargeKind)
    # Frozen at sale from the dated schedules: parts of 10,000, so 250 is 2.5 %.
    commission_rate = models.PositiveIntegerField(_("commission, of 10,000"), default=0)
    commission_amount = models.BigIntegerField(_("commission"), default=0)
    # Of ``quantity``: how many were refunded.
    refunded_quantity = models.PositiveIntegerField(_("refunded"), default=0)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_of_something"),
            models.CheckConstraint(
                condition=Q(refunded_quantity__lte=F("quantity")), name="refunded_at_most_what_was_bought"
            ),
            models.CheckConstraint(
                condition=~Q(charge_kind="RETRIBUSI") | Q(commission_amount=0), name="no_commission_on_retribusi"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title_id}"


class PriceRowKind(models.TextChoices):
    UNIT = "UNIT", _("price")
    ADD_ON = "ADD_ON", _("add-on")
    TAX = "TAX", _("tax")
    DISCOUNT = "DISCOUNT", _("discount")


class PriceRow(models.Model):
    """What a line's amount is made of; a discount is negative and says who bears it."""

    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="price_rows", verbose_name=_("order line"))
    kind = models.CharField(_("kind"), max_length=10, choices=PriceRowKind)
    unit_amount = models.BigIntegerField(_("each"))
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.BigIntegerField(_("amount"))
    borne_by = models.CharField(_("borne by"), max_length=10, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount=F("unit_amount") * F("quantity")), name="price_row_multiplies"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class OrderEvent(models.Model):
    """One transition of an order or a shop order. Append only."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events", verbose_name=_("order"))
    shop_order = models.ForeignKey(
        ShopOrder, models.CASCADE, null=True, related_name="events", verbose_name=_("shop order")
    )
    before = models.CharField(_("before"), max_length=16, blank=True)
    after = models.CharField(_("after"), max_length=16)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"

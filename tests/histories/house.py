"""What a history happens in: a small market, a Midtrans under the same clock, and the hands that move both."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from demo.simulator import lifecycle
from demo.simulator.bodies import notice_body
from demo.simulator.methods import METHODS
from demo.simulator.refunds import RefundRefused as MidtransRefusesRefund
from demo.simulator.server import SimulatorServer
from demo.simulator.state import Notice, Session, Transaction
from foundation.accounts.buyer import Buyer
from foundation.outbox import registry
from foundation.outbox import services as outbox
from marketplace.catalog.models import ChargeKind, Variant
from marketplace.inventory.models import Slot
from marketplace.orders.models import Order
from marketplace.payments.models import Payment
from marketplace.payments.services import asking, record_notification
from marketplace.payouts.models import FeeSchedule
from marketplace.sales.services import place
from marketplace.shipping.models import ShippingMethod
from tests.factories.orders import SHIPPING, admission, details, fill_cart, goods
from tests.factories.shops import CollectionAgreementFactory

# Subscribers that move money or stock; mails and the search index are other matters.
MONEY = ("sales.", "payments.", "payouts.", "tickets.", "inventory.", "orders.")
LATER = timedelta(days=189)
type Thing = tuple[Variant, Slot | None]


@dataclass
class Market:
    """Few things, and few of each, so that buyers meet."""

    things: dict[str, Thing] = field(default_factory=dict)

    @classmethod
    def open(cls) -> "Market":
        """Goods of two shops, tickets at a private price, of the treasury and for nothing; an odd commission."""
        FeeSchedule.objects.create(rate=333, announced_from_date="2026-01-01", valid_from_date="2026-06-01")
        market = cls()
        market.things["rendang"] = (goods(price=85_001, pieces=9), None)
        market.things["tenun"] = (goods(price=333_333, pieces=4), None)
        tour, slot = admission(price=19_999, places=9)
        # Later than any history goes.
        slot.day, slot.starts_at, slot.ends_at = date(2027, 6, 6), slot.starts_at + LATER, slot.ends_at + LATER
        slot.save()
        market.things["tour"] = (tour, slot)
        market.things["masuk"] = admission(price=7_000, places=9, charge_kind=ChargeKind.RETRIBUSI)
        market.things["gratis"] = admission(price=0, places=6)
        CollectionAgreementFactory(region=market.things["masuk"][0].listing.shop.region)
        return market

    def order(self, wish: dict[str, int], *, delivered: bool, now: datetime, village: str) -> Order:
        """Place an order of these things, by a guest of its own.

        :raises DomainError: as ``sales.place``.
        """
        buyer = Buyer(user_id=None, guest_key=uuid4().hex)
        lines = [(*self.things[name], quantity) for name, quantity in wish.items()]
        fill_cart(*lines, buyer=buyer)
        total = sum(variant.price * quantity for variant, _slot, quantity in lines)
        shops = {variant.listing.shop_id for variant, slot, _quantity in lines if slot is None}
        way = ShippingMethod.FLAT_RATE if delivered else ShippingMethod.PICK_UP
        given = details(
            total + (SHIPPING * len(shops) if delivered else 0),
            shipping=dict.fromkeys(shops, way.value),
            address="Jalan Contoh 1",
            village_code=village,
        )
        return place(buyer=buyer, checkout_key=uuid4(), details=given, language="id", now=now)


class Midtrans:
    """The simulator, seen from the side of buyers, banks and fate."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server

    def clear(self) -> None:
        """Forget all."""
        with self.server.world.held():
            self.server.world.store.clear()
        self.server.world.chance.seed(1)

    def choose(self, payment: Payment, method: str, card: str) -> None:
        """Pick a method on an attempt's page, if the page is open and nothing hopeful was chosen on it."""
        world = self.server.world
        with world.held():
            sessions = world.store.find(Session, order_id=payment.gateway_order_id or "")
            session = sessions[-1] if sessions else None
            if session is None or session.canceled_at or world.clock.now() >= session.page_expires_at:
                return
            chosen = world.store.get(Transaction, session.transaction_id)
            if chosen is None or chosen.status == "deny":
                lifecycle.choose(world, session, METHODS[method], card)

    def act(self, order_id: str, action: str, **options: Any) -> bool:
        """Do something to the newest transaction of an attempt; whether its state allowed it."""
        try:
            self.server.act(order_id, action, **options)
        except (LookupError, lifecycle.IllegalChange, MidtransRefusesRefund):
            return False
        return True

    def newest(self) -> list[Transaction]:
        """The newest transaction of each attempt, oldest attempt first."""
        with self.server.world.held():
            rows = self.server.world.store.find(Transaction)
        return list({row.order_id: row for row in rows}.values())

    def notices(self) -> list[Notice]:
        """All notifications, oldest first."""
        with self.server.world.held():
            return self.server.world.store.find(Notice)

    def last_words(self) -> list[dict[str, Any]]:
        """What a notification of each transaction would say now."""
        with self.server.world.held():
            return [notice_body(self.server.world, row) for row in self.server.world.store.find(Transaction)]

    def kept(self, transaction: Transaction) -> int:
        """What Midtrans holds for us of a transaction: paid, less what went back; all of it while it is disputed."""
        if transaction.status not in HAS_MONEY:
            return 0
        with self.server.world.held():
            return transaction.gross_amount - self._given_back(transaction)

    def _given_back(self, transaction: Transaction) -> int:
        # What the bank has not confirmed has not left yet.
        return sum(refund.amount for refund in self.server.world.refunds(transaction) if refund.bank_confirmed_at)


HAS_MONEY = ("settlement", "refund", "partial_refund", "chargeback", "partial_chargeback")


def deliver(notice: Notice, *, now: datetime) -> int:
    """Bring a notification to the shop's door, as often as one likes; the answer's status."""
    return record_notification(raw=json.dumps(notice.body).encode(), now=now).status


def work(now: datetime) -> None:
    """What the worker does: deliver the outbox until nothing is due.

    Midtrans is asked about one payment at a time, so that a history that is repeated meets the same faults.
    """
    with patch.multiple(asking, _AT_ONCE=1, _GATHER_SECONDS=60.0):
        outbox.drain(now=now)


@contextmanager
def money_alone() -> Iterator[None]:
    """Have the outbox tell only those who move money or stock."""
    kept = {topic: list(names) for topic, names in registry._subscribers.items()}
    for topic, names in kept.items():
        registry._subscribers[topic] = [name for name in names if name.startswith(MONEY)]
    try:
        yield
    finally:
        registry._subscribers.clear()
        registry._subscribers.update(kept)


@contextmanager
def allowed(*refusals: type[Exception]) -> Iterator[None]:
    """Let a step be refused in one of these ways, and in no other."""
    with suppress(*refusals):
        yield


A_MINUTE = timedelta(minutes=1)

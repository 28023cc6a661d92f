"""A little trade of the last days, so that the pages of money are not empty: sold, settled, waiting for a second person.

Everything goes through the real services and a simulator of its own that keeps its rows where the running one finds them.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings

from demo.simulator import iris_state
from demo.simulator.server import SimulatorServer
from foundation.accounts.buyer import Buyer
from foundation.accounts.models import User
from foundation.clock import day_of
from marketplace.carts.services import add_line
from marketplace.catalog.models import Variant
from marketplace.inventory.models import Slot
from marketplace.orders.models import Order, ShopOrder
from marketplace.orders.services import hand_over, pack, send
from marketplace.payments.models import Payment
from marketplace.payouts.models import (
    BatchWay,
    FeeSchedule,
    GatewayFeeRate,
    SettlementPolicy,
    TreasuryRule,
)
from marketplace.payouts.queries import open_days
from marketplace.payouts.services import (
    add_rate,
    check_bank_account,
    close_due_periods,
    estimate_gateway_fees,
    make_batch,
    record_deposit,
)
from marketplace.payouts.services.rates import Rate
from marketplace.sales.services import CheckoutDetails, apply_payment, place, start_payment
from marketplace.shops.models import Shop
from marketplace.shops.services import give_bank_account
from tourism.regions.models import Region

REGION = "13.75"
BUYER, SELLER = "pembeli@contoh.invalid", "penjual@contoh.invalid"
FINANCE, TREASURER = "keuangan@contoh.invalid", "bendahara.bukittinggi@contoh.invalid"
HOLDER = "Pemilik Contoh"
# Long enough ago to be received, off hold, and inside the week that is over.
SOLD, RECEIVED, TICKETS = timedelta(days=14), timedelta(days=12), timedelta(days=3)


def load_money(*, now: datetime) -> Iterator[str]:
    """Sell, settle, make a batch and a deposit; only where nothing was ever ordered. Yields each step as it is done."""
    if Order.objects.exists():
        return
    load_rates(now=now - SOLD - timedelta(days=1))
    shop = Shop.objects.filter(region__code=REGION, kind="UMKM", is_sample=True).order_by("pk").first()
    assert shop is not None
    with simulator(at=now - SOLD) as midtrans:
        for variant in Variant.objects.filter(listing__shop=shop, stock__isnull=False).order_by("pk")[:2]:
            part = ShopOrder.objects.get(order=buy(midtrans, variant, None, at=now - SOLD))
            deliver(part, at=now - RECEIVED)
    yield "goods sold"
    with simulator(at=now - TICKETS) as midtrans:
        sell_tickets(midtrans, at=now - TICKETS)
        with midtrans.world.held():
            iris_state.set_holder(midtrans.world, HOLDER.upper())
        seller = person(SELLER)
        account = give_bank_account(
            shop_id=shop.pk, bank="nagari", number="2100000000002", holder=HOLDER, by_id=seller.pk, now=now
        )
        check_bank_account(account_id=account.pk, now=now)
    yield "tickets sold"
    estimate_gateway_fees(now=now, limit=100)
    hand_over_retribusi(now=now)
    yield "retribusi deposited"
    closed = close_due_periods(now=now)
    if closed:
        make_batch(way=BatchWay.IRIS, settlement_ids=closed, by_id=person(FINANCE).pk, now=now)
    yield "period closed"


def load_rates(*, now: datetime) -> None:
    """Sample rates, all invented but Midtrans' list prices: no commission, weekly, deposits within a day."""
    day = day_of(now)
    region = Region.objects.get(code=REGION)
    rates: list[Rate] = [
        FeeSchedule(rate=0, announced_from_date=day, valid_from_date=day),
        SettlementPolicy(hold_days=2, valid_from_date=day),
        TreasuryRule(region=region, deposit_days=1, account_code="CONTOH.4.1.02", series="CONTOH", valid_from_date=day),
        GatewayFeeRate(method="QRIS", rate=70, valid_from_date=day),
        GatewayFeeRate(method="E_WALLET", rate=200, valid_from_date=day),
        GatewayFeeRate(method="VIRTUAL_ACCOUNT", flat=4_440, valid_from_date=day),
        GatewayFeeRate(method="CARD", rate=290, flat=2_000, valid_from_date=day),
    ]
    for rate in rates:
        add_rate(rate, now=now)


@contextmanager
def simulator(*, at: datetime) -> Iterator[SimulatorServer]:
    """The demo's own simulator on a free port, its clock at a moment that is over; it tells nobody."""
    offset = at - datetime.now(at.tzinfo)
    server = SimulatorServer(db=settings.DATA_DIR / "simulator" / "midtrans.sqlite3", clock_offset=offset)
    with (
        server,
        override_settings(
            MIDTRANS_CORE_URL=server.core_url, MIDTRANS_SNAP_URL=server.snap_url, IRIS_URL=server.iris_url
        ),
    ):
        yield server


def buy(midtrans: SimulatorServer, variant: Variant, slot: Slot | None, *, at: datetime) -> Order:
    """Two of something, by the sample buyer, paid with QRIS."""
    user = person(BUYER)
    buyer = Buyer(user_id=user.pk, guest_key="")
    line = add_line(buyer=buyer, variant_id=variant.pk, slot_id=slot.pk if slot else None, quantity=2, now=at)
    details = CheckoutDetails(
        name="Rani Contoh",
        phone="+6281200000000",
        agreed_total=line.price_seen * 2,
        shipping={} if slot else {variant.listing.shop_id: "PICK_UP"},
    )
    order = place(buyer=buyer, checkout_key=uuid.uuid4(), details=details, language="id", now=at)
    start_payment(order_id=order.pk, now=at)
    payment = Payment.objects.get(order=order)
    midtrans.choose(payment.snap_token, "other_qris")
    midtrans.pay(payment.gateway_order_id or "")
    apply_payment(payment_id=payment.pk, now=at)
    return order


def deliver(part: ShopOrder, *, at: datetime) -> None:
    """The seller packs it, has it ready, and sees it taken."""
    seller = person(SELLER).pk
    with transaction.atomic():
        pack(shop_order_id=part.pk, user_id=seller, now=at)
        send(shop_order_id=part.pk, user_id=seller, now=at)
        hand_over(shop_order_id=part.pk, user_id=seller, now=at)


def sell_tickets(midtrans: SimulatorServer, *, at: datetime) -> None:
    """Two tickets of retribusi for a day to come."""
    variant = (
        Variant.objects.filter(listing__shop__region__code=REGION, charge_kind="RETRIBUSI", audience="ADULT")
        .order_by("pk")
        .first()
    )
    if variant is None:
        return
    slot = Slot.objects.filter(listing_id=variant.listing_id, day__gt=day_of(at) + TICKETS * 2).order_by("day").first()
    if slot is not None:
        buy(midtrans, variant, slot, at=at)


def hand_over_retribusi(*, now: datetime) -> None:
    """The treasurer recorded what came in, in time."""
    region = Region.objects.get(code=REGION)
    days = open_days(REGION, today=day_of(now))
    account = Shop.objects.filter(region=region, kind="DINAS").values_list("merchant_account_id", flat=True).first()
    if days and account is not None:
        record_deposit(
            region_id=region.pk,
            merchant_account_id=account,
            through=days[-1].day,
            sts_number="STS-CONTOH-000001",
            deposited_on=days[-1].day + timedelta(days=1),
            amount=sum(day.amount for day in days),
            by_id=person(TREASURER).pk,
            now=now,
        )


def person(login: str) -> User:
    """A sample person."""
    return User.objects.get(email=login)

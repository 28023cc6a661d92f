"""``make faults``: try every fault of Midtrans under every misfortune of our own, and write down what was seen."""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from demo.supervisor import Stopped, stop_on_signals
from tests.faults.modes import MODES, Mode
from tests.faults.people import Browser, Buyer, control, until
from tests.faults.ports import settle

ROOT = Path(__file__).resolve().parent.parent.parent

MISFORTUNES: Mapping[str, tuple[str, Callable[[Any], None]]] = {
    "nothing": ("nothing", lambda _stack: None),
    "web": ("a web process killed", lambda stack: stack.kill_web_process()),
    "worker": ("the worker killed", lambda stack: stack.kill("worker")),
    "redis": ("Redis gone", lambda stack: stack.kill("Redis")),
    "postgresql": ("PostgreSQL restarted", lambda stack: stack.restart_postgresql()),
    "elasticsearch": ("Elasticsearch gone", lambda stack: stack.kill("Elasticsearch")),
}
INDEX_LINE = 9
CONFIRMED_AFTER = 1
EMBEDDED = ("nothing", "web", "worker")
REPORT = ROOT / "docs" / "reliability.md"
MARK = "<!-- table -->"


@dataclass
class Seen:
    """What one cell of the table showed."""

    mode: str
    misfortune: str
    placed: int = 0
    paid_alone: int = 0
    broken: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    refunds: Counter[str] = field(default_factory=Counter)
    differences: int = 0
    audit: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def is_sound(self) -> bool:
        """Whether both books agree and all that must hold holds."""
        return not self.audit and not self.differences

    def row(self, buyers: int) -> str:
        """As a row of the table."""
        ends = ", ".join(f"{count} {status}" for status, count in sorted(self.ends.items()))
        refunds = ", ".join(f"{count} {status}" for status, count in sorted(self.refunds.items())) or "none"
        verdict = "agree, clean" if self.is_sound else "; ".join([f"{self.differences} differ", *self.audit[:2]])
        return (
            f"| {self.mode} | {MISFORTUNES[self.misfortune][0]} | {self.placed}/{buyers} | {self.paid_alone} | {self.broken} "
            f"| {ends} | {refunds} | {verdict} | {self.seconds:.0f} |"
        )


HEADER = (
    "| fault of Midtrans | our misfortune | orders placed | settled before healing | 5xx or no answer | orders in the end "
    "| refunds in the end | books and audit | s |\n|---|---|---|---|---|---|---|---|---|"
)


class Trial:
    """One cell after another, on one running stack."""

    def __init__(self, stack: Any, *, buyers: int, patience: float) -> None:
        self.stack, self.buyers, self.patience = stack, buyers, patience
        control(stack.simulator, "habits", confirm_after=CONFIRMED_AFTER)
        self.open_market()

    def open_market(self) -> None:
        """One thing, one ticket, and a seller who is signed in."""
        from django.conf import settings
        from django.contrib.auth import get_user_model
        from django.contrib.sessions.backends.db import SessionStore
        from django.core.management import call_command

        from marketplace.shipping.models import ShippingRate
        from tests.factories.orders import admission, goods
        from tests.factories.shops import MemberFactory

        self.goods = goods(price=60_001, pieces=100_000)
        # Who comes for it pays no delivery.
        ShippingRate.objects.filter(shop=self.goods.listing.shop).delete()
        self.adult, slot = admission(price=20_000, places=100_000)
        slot.starts_at, slot.ends_at = (datetime.now(UTC) + timedelta(days=30, hours=hours) for hours in (0, 3))
        slot.day = (slot.starts_at + timedelta(hours=7)).date()
        slot.save()
        self.slot = slot
        call_command("search", "rebuild", verbosity=0)
        member = MemberFactory(shop=self.goods.listing.shop)
        user = get_user_model().objects.get(pk=member.user_id)
        session = SessionStore()
        session.update(
            {
                "_auth_user_id": str(user.pk),
                "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
                "_auth_user_hash": user.get_session_auth_hash(),
            }
        )
        session.save()
        self.seller = Browser(self.stack.port)
        self.seller.cookies["sessionid"] = session.session_key or ""
        self.shop = self.goods.listing.shop

    def run(self, name: str, misfortune: str, *, heals: bool = True) -> Seen:
        """Set the faults, let buyers buy while the misfortune strikes, heal, work everything off, and look."""
        from django.db import connections

        from marketplace.orders.models import Order

        began, mode, seen = monotonic(), MODES[name], Seen(name, misfortune)
        known = set(Order.objects.values_list("pk", flat=True))
        for fault in mode.faults:
            control(self.stack.simulator, "faults", **fault)
        buyers = [self.buyer() for _ in range(self.buyers)]
        half = len(buyers) // 2
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda buyer: self.buy(buyer, mode), buyers[:half]))
            if heals:
                MISFORTUNES[misfortune][1](self.stack)
                # Our own line to a PostgreSQL that was restarted is dead.
                connections.close_all()
            list(pool.map(lambda buyer: self.buy(buyer, mode), buyers[half:]))
        orders = Order.objects.exclude(pk__in=known)
        settled = orders.exclude(status="PLACED")
        until(lambda: count_of(settled) >= len(buyers), seconds=self.patience)
        seen.paid_alone = count_of(settled)
        self.give_back(mode, [buyer for buyer in buyers if buyer.code][::2])
        if heals:
            self.stack.heal()
        self.work_off()
        seen.placed = orders.count()
        seen.broken = sum(answer == 0 or answer >= 500 for buyer in buyers for answer in buyer.browser.answers)
        seen.ends.update(orders.values_list("status", flat=True))
        self.look(seen, orders)
        seen.seconds = monotonic() - began
        return seen

    def buyer(self) -> Buyer:
        """A new guest."""
        wish = [
            {"v": str(self.goods.pk), "jumlah": "1"},
            {"jam": str(self.slot.pk), f"q{self.adult.pk}": "1"},
        ]
        return Buyer(Browser(self.stack.port), wish, self.stack.simulator)

    def buy(self, buyer: Buyer, mode: Mode) -> None:
        """From the cart to the end of the payment."""
        from django.db import connection

        try:
            if buyer.place() and self.find(buyer) and buyer.pay_page() and self.find(buyer):
                self.pay(buyer, mode)
        finally:
            connection.close()

    def find(self, buyer: Buyer) -> bool:
        """Which order is the buyer's, and its newest attempt; the browser knows it by its session."""
        from django.contrib.sessions.backends.db import SessionStore

        from marketplace.orders.models import Order

        data = SessionStore(session_key=buyer.browser.cookies.get("sessionid")).load()
        keys = [value for value in data.values() if isinstance(value, str)]
        order = Order.objects.filter(guest_key__in=keys).exclude(guest_key="").first()
        if order is None:
            return False
        buyer.code = order.code
        newest = order.payments.order_by("pk").last()
        buyer.attempt = (newest.gateway_order_id if newest else "") or ""
        return True

    def pay(self, buyer: Buyer, mode: Mode) -> None:
        """What the buyer and fate do at Midtrans."""
        from marketplace.payments.models import Payment

        token = Payment.objects.values_list("snap_token", flat=True).get(gateway_order_id=buyer.attempt)
        control(self.stack.simulator, f"sessions/{token}/choose", method=mode.method, card=mode.card)
        if mode.ends == "buyer-cancels":
            buyer.cancel()
            return
        for action in mode.ends.split("+"):
            control(self.stack.simulator, f"transactions/{buyer.attempt}/{action}")

    def give_back(self, mode: Mode, buyers: list[Buyer]) -> None:
        """The seller cannot deliver, or somebody pays back at Midtrans' dashboard."""
        from marketplace.orders.models import ShopOrder

        for buyer in buyers:
            if mode.refunds == "dashboard":
                control(self.stack.simulator, f"transactions/{buyer.attempt}/refund-from-dashboard", amount=1_000)
            elif mode.refunds == "seller":
                part = ShopOrder.objects.filter(order__code=buyer.code, shop=self.shop).first()
                if part is None:
                    continue
                path = f"/toko-saya/{self.shop.slug}/pesanan/{part.pk}/"
                page = self.seller.insist("GET", path)
                token = self.seller.cookies.get("csrftoken", "") if page is not None else ""
                form = {"csrfmiddlewaretoken": token, "alasan": "stok habis"}
                self.seller.ask("POST", f"{path}batal/", data=form)

    def work_off(self) -> None:
        """Nothing goes wrong any more: what the poller, the sweepers and the worker do until nothing is due."""
        import requests
        from django.db import connections
        from django.utils import timezone

        from foundation.outbox.models import Delivery
        from foundation.outbox.services import drain
        from marketplace.payments.models import Payment
        from marketplace.payments.services import ask_again
        from marketplace.sales.services import lapse_unpaid_orders

        connections.close_all()
        requests.delete(f"{self.stack.simulator}/__sim__/faults", timeout=20)
        for _ in range(3):
            # Longer than the bank takes to confirm a refund.
            sleep(CONFIRMED_AFTER + 0.5)
            now = timezone.now()
            Payment.objects.exclude(gateway_order_id=None).filter(created_at__gte=now - timedelta(hours=1)).update(
                check_at=now
            )
            Delivery.objects.filter(status="PENDING").update(due_at=now)
            ask_again(now=now, limit=500)
            drain(now=now)
            lapse_unpaid_orders(now=now, limit=100)

    def look(self, seen: Seen, orders: Any) -> None:
        """Hold Midtrans' books against ours, and everything against the audit."""
        import requests

        from foundation.audit.registry import registered
        from marketplace.payments.models import PaymentStatus, Refund

        for order in orders.prefetch_related("payments"):
            for payment in order.payments.all():
                asked = {"order_id": payment.gateway_order_id}
                rows = requests.get(f"{self.stack.simulator}/__sim__/transactions/", params=asked, timeout=20).json()
                has_money = bool(rows) and rows[-1]["status"] in (
                    *("settlement", "refund", "partial_refund", "chargeback", "partial_chargeback"),
                    *(("capture",) if rows[-1]["fraud_status"] == "accept" else ()),
                )
                seen.differences += has_money != (payment.status in (PaymentStatus.PAID, PaymentStatus.DISPUTED))
                ours = {
                    refund.key: refund.amount
                    for refund in payment.refunds.exclude(status__in=("MANUAL", "TREASURY", "FAILED"))
                }
                theirs = {row["refund_key"]: row["amount"] for row in rows[-1]["refunds"]} if rows else {}
                seen.differences += ours != theirs
        seen.refunds.update(Refund.objects.filter(payment__order__in=orders).values_list("status", flat=True))
        for name, line, check in registered():
            # Without Elasticsearch nobody can say what its index holds; that is asked once it is back.
            if line != INDEX_LINE or "Elasticsearch" in self.stack.supervisor.children or self.stack.tools is None:
                seen.audit += [f"{name}: {finding.row} {finding.fault}" for finding in check()]


def count_of(rows: Any) -> int:
    """How many rows there are; none as long as the database is still coming up."""
    from django.db import OperationalError, connections

    try:
        return int(rows.count())
    except OperationalError:
        connections.close_all()
        return 0


def cells(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Each misfortune with each fault: first none, then Elasticsearch gone for a whole column, then fault by fault."""
    possible = EMBEDDED if arguments.embedded else tuple(MISFORTUNES)
    wanted = [one for one in possible if not arguments.under or one in arguments.under]
    modes = [name for name in MODES if not arguments.only or name in arguments.only]
    for column in ("nothing", "elasticsearch"):
        if column in wanted:
            yield from ((column, mode) for mode in modes)
    for mode in modes:
        yield from ((one, mode) for one in wanted if one not in ("nothing", "elasticsearch"))


def main() -> int:
    """Read the arguments, try the cells, write the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description="Try every fault of Midtrans under every misfortune of our own, on the whole stack, on loopback.",
        epilog="Example: python -m tests.faults --only lost duplicate --under nothing redis",
    )
    parser.add_argument("--only", nargs="+", metavar="MODE", choices=list(MODES), help=f"faults: {', '.join(MODES)}")
    parser.add_argument(
        "--under", nargs="+", metavar="WHAT", choices=list(MISFORTUNES), help=f"misfortunes: {', '.join(MISFORTUNES)}"
    )
    parser.add_argument("--embedded", action="store_true", help="on SQLite and one web process, without services")
    parser.add_argument("--buyers", type=int, default=4, help="buyers in each cell (4)")
    parser.add_argument("--patience", type=float, default=25, help="seconds to wait for orders to settle alone (25)")
    parser.add_argument("--minutes", type=float, default=90, help="begin no cell after so long (90)")
    parser.add_argument("--out", type=Path, default=REPORT, help="where the table goes (docs/reliability.md)")
    arguments = parser.parse_args()
    stop_on_signals()
    seen: list[Seen] = []
    began = monotonic()
    with suppress(Stopped), tempfile.TemporaryDirectory(prefix="lapau-faults-", ignore_cleanup_errors=True) as name:
        folder, full = Path(name), not arguments.embedded
        ports = settle(folder, full=full)
        from tests.faults.stack import services, start_ours

        with services(folder, ports, full=full) as stack:
            start_ours(stack)
            trial = Trial(stack, buyers=arguments.buyers, patience=arguments.patience)
            print(HEADER, flush=True)
            for misfortune, mode in cells(arguments):
                if monotonic() - began > 60 * arguments.minutes:
                    print("The time is over.", flush=True)
                    break
                # Elasticsearch takes half a minute to come back, so it stays away for its whole column.
                stays_away = misfortune == "elasticsearch"
                if stays_away and "Elasticsearch" in stack.supervisor.children:
                    MISFORTUNES[misfortune][1](stack)
                elif not stays_away:
                    stack.heal()
                seen.append(trial.run(mode, misfortune, heals=not stays_away))
                print(seen[-1].row(arguments.buyers), flush=True)
                write(arguments, seen)
    return 0 if seen and all(cell.is_sound for cell in seen) else 1


def write(arguments: argparse.Namespace, seen: list[Seen]) -> None:
    """Put the table into the document, below its mark, with when and how it came about."""
    kind = (
        "SQLite, one web process, one worker"
        if arguments.embedded
        else "PostgreSQL, Redis, Elasticsearch, two web processes"
    )
    tried = len(MODES) * len(EMBEDDED if arguments.embedded else MISFORTUNES)
    load = os.getloadavg()[0]
    words = (
        f"Seen on {datetime.now(UTC):%d %B %Y, %H.%M} UTC, {os.cpu_count()} cores at load {load:.0f}, {kind}; "
        f"{arguments.buyers} buyers in each of {len(seen)} cells of {tried}; settled before healing within "
        f"{arguments.patience:.0f} s."
    )
    sound = sum(cell.is_sound for cell in seen)
    table = "\n".join(
        [
            words,
            f"Books agreed and the audit was clean in {sound} of {len(seen)}.",
            "",
            HEADER,
            *(cell.row(arguments.buyers) for cell in seen),
        ]
    )
    before = arguments.out.read_text().partition(MARK)[0] if arguments.out.exists() else ""
    arguments.out.write_text(f"{before}{MARK}\n\n{table}\n")


if __name__ == "__main__":
    sys.exit(main())

"""Orders through HTTP, as guests place them, and payments as Midtrans tells of them."""

import json
import re
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from queue import Empty, SimpleQueue
from threading import Barrier
from time import monotonic, perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.pages import HEADER, Rate
from tests.benchmarks.stand import Stand

FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*name="(csrfmiddlewaretoken|agreed_total)"[^>]*value="([^"]*)"')
COOKIE = re.compile(r"(sessionid|csrftoken)=([^;,]+)")
PLENTY = 1_000_000
RIVALS, PLACES = 300, 100
# Each of sixteen threads puts its statements into SQL once, and PostgreSQL keeps a plan after five times on each connection.
WARM_UP = 320
POOLS = 1000
TICKETS = f"""
from django.db import transaction
from django.utils import timezone
from marketplace.catalog.models import Variant
from marketplace.inventory.models import Pool, Slot
from marketplace.inventory.services.stock import locked
from marketplace.inventory.services.telling import tell_listings
now = timezone.now()
slots = list(Slot.objects.filter(starts_at__gt=now, listing__title_id="Masuk Lobang Jepang").order_by("starts_at")[:2])
Pool.objects.filter(pk=slots[0].pool_id).update(capacity={PLENTY})
with transaction.atomic():
    # Without the holds of an earlier run that have lapsed since.
    rare = locked(slots[1].pool_id, now=now)
    Pool.objects.filter(pk=rare.pk).update(capacity=rare.taken + {PLACES})
tell_listings([slot.pool_id for slot in slots], now=now)
print("TOLD", Variant.objects.filter(listing=slots[0].listing).order_by("position")[0].pk, *(slot.pk for slot in slots))
"""
GOODS = f"""
from django.utils import timezone
from marketplace.inventory.models import Pool, Stock
from marketplace.inventory.services.telling import tell_listings
from marketplace.shipping.models import ShippingRate
from tourism.regions.models import Region
rates = dict(ShippingRate.objects.values_list("shop_id", "amount"))
stocks = Stock.objects.filter(variant__listing__slug__startswith="contoh-").select_related("variant__listing")
stocks = list(stocks.order_by("pk")[:{POOLS}])
Pool.objects.filter(stock__in=stocks).update(capacity={PLENTY})
tell_listings([stock.pool_id for stock in stocks], now=timezone.now())
village = Region.objects.filter(level="VILLAGE").exclude(postal_code="").order_by("code")[0]
print("TOLD", village.code, *(
    f"{{s.variant_id}}:{{s.variant.listing.shop_id}}:{{s.variant.price + rates[s.variant.listing.shop_id]}}" for s in stocks
))
"""


class Line:
    """One connection to the site that stays open."""

    def __init__(self, stand: Stand) -> None:
        self.host = stand.host
        self.connection = HTTPConnection("127.0.0.1", stand.port, timeout=60)
        self.connection.connect()

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, *, cookies: str = ""
    ) -> tuple[int, str, str, str]:
        """Status, address that it leads to, cookies that it sets, and the page."""
        origin = f"http://{self.host}"
        headers = {"Host": self.host, "Origin": origin, "Sec-Fetch-Site": "same-origin", "Cookie": cookies}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except ConnectionError:
            # A server hangs up on who says nothing for long. Asking again is safe: one form makes one order.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode(errors="replace")
        set_cookies = "; ".join(
            f"{name}={value}"
            for header in answer.headers.get_all("Set-Cookie") or []
            for name, value in COOKIE.findall(header)
        )
        return answer.status, answer.headers.get("Location", ""), set_cookies, text

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


@dataclass
class Guest:
    """A guest with one cart: what is put in it, what the checkout's form will say, and what came of it."""

    wish: dict[str, str]
    form: dict[str, str]
    cookies: str = ""
    # Where the order leads: the order's own address, or Midtrans' page.
    leads_to: str = ""
    milliseconds: float = 0
    # 302: placed; 409: somebody was quicker.
    status: int = 0
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    def fill(self, line: Line) -> None:
        """Put the wish in the cart."""
        status, _where, self.cookies, _page = line.ask("POST", "/keranjang/tambah/", self.wish)
        assert status == 302, f"The cart answered {status}"

    def pay(self, line: Line) -> None:
        """Send the checkout's form."""
        began = perf_counter()
        self.status, self.leads_to, _cookies, _page = line.ask("POST", "/bayar/", self.form, cookies=self.cookies)
        self.milliseconds = 1000 * (perf_counter() - began)

    def open_page(self, line: Line) -> None:
        """Follow the order to Midtrans' page, as a browser does by itself."""
        began = perf_counter()
        if "/snap/" not in self.leads_to:
            status, self.leads_to, _cookies, _page = line.ask("GET", self.leads_to, cookies=self.cookies)
            self.status = self.status if status == 302 else status
        self.milliseconds += 1000 * (perf_counter() - began)

    @property
    def is_placed(self) -> bool:
        """Whether there is an order now."""
        return self.status == 302 and ("/pesanan/" in self.leads_to or "/snap/" in self.leads_to)


class Till:
    """Makes guests, and has them pay."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand

    def guests(self, wishes: Sequence[dict[str, str]], details: Sequence[dict[str, str]]) -> list[Guest]:
        """Guests with filled carts. The token is that of the first one's form: it belongs to a browser, not to a cart."""
        made = [Guest(wish, dict(form)) for wish, form in zip(wishes, details, strict=True)]
        self.each(made, Guest.fill, clients=8)
        with closing(Line(self.stand)) as line:
            status, _where, cookies, page = line.ask("GET", "/bayar/", cookies=made[0].cookies)
        assert status == 200, f"The checkout answered {status}"
        shown = dict(FIELD.findall(page))
        for guest in made:
            who = {"name": "Pembeli Uji", "phone": "0812-0000-0000"}
            token = {"csrfmiddlewaretoken": shown["csrfmiddlewaretoken"], "checkout_key": guest.key}
            guest.form = {"agreed_total": shown["agreed_total"], **guest.form, **who, **token}
            guest.cookies = f"{guest.cookies}; {cookies}"
        return made

    def each(self, guests: Sequence[Guest], act: Callable[[Guest, Line], None], *, clients: int) -> float:
        """Have all guests do something, so many at a time; the seconds it took."""
        waiting: SimpleQueue[Guest] = SimpleQueue()
        for guest in guests:
            waiting.put(guest)

        def serve(line: Line) -> None:
            while True:
                try:
                    act(waiting.get_nowait(), line)
                except Empty:
                    return

        lines = [Line(self.stand) for _client in range(clients)]
        began = monotonic()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(serve, lines))
        took = monotonic() - began
        for line in lines:
            line.close()
        return took

    def placed(self, name: str, guests: Sequence[Guest], *, clients: int, with_page: bool, statements: float) -> Rate:
        """The rate at which these guests place their orders; filling their carts does not count."""

        def act(guest: Guest, line: Line) -> None:
            guest.pay(line)
            if with_page:
                guest.open_page(line)

        self.stand.rest()
        before = self.stand.used()
        took = self.each(guests, act, clients=clients)
        cost = self.stand.used().since(before, count=len(guests))
        times = sorted(guest.milliseconds for guest in guests)
        return Rate(
            name=name,
            clients=clients,
            per_second=len(guests) / took,
            median=times[len(times) // 2],
            slow=times[int(0.95 * (len(times) - 1))],
            web=cost.web,
            database=cost.database,
            worker=cost.worker,
            statements=statements,
            failures=sum(not guest.is_placed for guest in guests),
        )

    def statements(self, guests: Sequence[Guest]) -> float:
        """Statements of the request that places an order; each guest places one."""
        turn = iter(guests)
        with closing(Line(self.stand)) as line:
            return self.stand.statements_of(lambda: next(turn).pay(line), times=len(guests))


def run(stand: Stand, *, clients: Sequence[int], orders: int) -> dict[str, Any]:
    """Measure orders on one hot slot and on a thousand stocks, and a race for the last places."""
    till, rates = Till(stand), []
    adult, hot, rare = stand.told(TICKETS)[:3]
    ticket = {"jam": hot, f"q{adult}": "1"}

    def buyers(count: int) -> list[Guest]:
        return till.guests([ticket] * count, [{}] * count)

    print(f"\nOrders\n{HEADER}")
    statements = till.statements(buyers(9))
    till.placed("warm-up", buyers(WARM_UP), clients=8, with_page=True, statements=0)
    for with_page in (False, True):
        name = "one hot slot, and Midtrans' page" if with_page else "one hot slot"
        for count in clients:
            number = orders if count > 1 else max(orders // 4, 1)
            rates.append(till.placed(name, buyers(number), clients=count, with_page=with_page, statements=statements))
            print(rates[-1].row(), flush=True)
    wishes, details = parcels(stand, orders)
    statements = till.statements(till.guests(wishes[:9], details[:9]))
    spread = till.guests(wishes, details)
    rates.append(till.placed("goods of 1,000 stocks", spread, clients=8, with_page=False, statements=statements))
    print(rates[-1].row(), flush=True)
    return {
        "orders": [asdict(rate) for rate in rates],
        "race": race(stand, till, {"jam": rare, f"q{adult}": "1"}),
    }


def parcels(stand: Stand, count: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Wishes for goods of a thousand stocks, each sent to an address, and what the form then says."""
    if not stand.value("SELECT count(*) FROM catalog_listing WHERE slug LIKE 'contoh-%%'"):
        stand.stack.manage("load_demo", "--scale", "1")
    village, *rows = stand.told(GOODS)
    wishes, details = [], []
    for number in range(count):
        variant, shop, total = rows[number * len(rows) // count].split(":")
        wishes.append({"v": variant, "jumlah": "1"})
        details.append(
            {"agreed_total": total, f"kirim-{shop}": "FLAT_RATE", "address": "Jl. Contoh No. 0", "village": village}
        )
    return wishes, details


def race(stand: Stand, till: Till, wish: dict[str, str]) -> dict[str, float]:
    """300 buyers press Pay at the same moment for 100 places."""
    guests = till.guests([wish] * RIVALS, [{}] * RIVALS)
    stand.rest()
    lines = [Line(stand) for _guest in guests]
    gate = Barrier(RIVALS + 1)

    def press(guest: Guest, line: Line) -> None:
        gate.wait()
        guest.pay(line)

    before = stand.used()
    with ThreadPoolExecutor(RIVALS) as pool:
        pressed = [pool.submit(press, guest, line) for guest, line in zip(guests, lines, strict=True)]
        gate.wait()
        began = monotonic()
        for one in pressed:
            one.result()
        took = monotonic() - began
    cost = stand.used().since(before, count=RIVALS)
    for line in lines:
        line.close()
    sold = sum(guest.is_placed for guest in guests)
    refused = sum(guest.status == 409 for guest in guests)
    print(
        f"{RIVALS} buyers for {PLACES} places: {sold} sold, {refused} refused, settled in {took:.2f} s"
        f" ({cost.web:.1f} ms of the web processes each)",
        flush=True,
    )
    assert (sold, refused) == (PLACES, RIVALS - PLACES), "A place was sold twice, or not at all"
    return {"sold": sold, "refused": refused, "seconds": took, "web": cost.web, "database": cost.database}


def notifications(stand: Stand, *, orders: int) -> dict[str, float]:
    """Orders are paid at Midtrans, and then it tells of all of them, eight at a time."""
    till, (adult, hot) = Till(stand), stand.told(TICKETS)[:2]
    guests = till.guests([{"jam": hot, f"q{adult}": "1"}] * orders, [{}] * orders)
    till.each(guests, Guest.pay, clients=8)
    till.each(guests, Guest.open_page, clients=8)
    bodies = paid_at_midtrans(stand, [guest.leads_to for guest in guests])
    stand.rest()
    unpaid = "SELECT count(*) FROM orders_order WHERE status = 'PLACED' AND checkout_key = ANY(%s::uuid[])"
    keys = [guest.key for guest in guests]
    times: list[float] = []

    def tell(body: bytes) -> None:
        connection = HTTPConnection("127.0.0.1", stand.port, timeout=60)
        began = perf_counter()
        connection.request(
            "POST", "/payments/midtrans/notification/", body, {"Host": "127.0.0.1", "Content-Type": "application/json"}
        )
        status = connection.getresponse().status
        times.append(1000 * (perf_counter() - began))
        connection.close()
        assert status == 200, f"A notification was answered {status}"

    before, began = stand.used(), monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, bodies))
    told = monotonic() - began
    while left := stand.value(unpaid, keys):
        assert monotonic() - began < 300, f"{left} payments were not applied within 300 s"
        sleep(0.05)
    took = monotonic() - began
    count = len(guests)
    cost = stand.used().since(before, count=count)
    times.sort()
    print(
        f"{count} notifications: answered {count / told:.0f} a second (p95 {times[int(0.95 * (count - 1))]:.0f} ms),"
        f" applied {count / took:.0f} a second; each {cost.web:.1f} ms web, {cost.worker:.1f} ms worker,"
        f" {cost.database:.1f} ms database",
        flush=True,
    )
    return {
        "answered_per_second": count / told,
        "applied_per_second": count / took,
        "slow": times[int(0.95 * (count - 1))],
        "web": cost.web,
        "worker": cost.worker,
        "database": cost.database,
    }


def paid_at_midtrans(stand: Stand, addresses: Sequence[str]) -> list[bytes]:
    """Pay these pages at the simulator, whose notifications all get lost on the way; their bodies, to be sent by us."""
    simulator = HTTPConnection("127.0.0.1", stand.port + 1, timeout=60)

    def ask(method: str, path: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content)
        simulator.request(method, path, body, {"Content-Type": "application/json"})
        answer = simulator.getresponse()
        text = answer.read()
        assert answer.status < 400, f"{path} answered {answer.status}: {text[:200]!r}"
        return json.loads(text)

    ask("POST", "/__sim__/faults", {"name": "lost", "count": None})
    bodies = []
    for address in addresses:
        token = address.rstrip("/").rsplit("/", 1)[1]
        order_id = ask("POST", f"/__sim__/sessions/{token}/choose", {"method": "other_qris"})["order_id"]
        ask("POST", f"/__sim__/transactions/{order_id}/pay", {})
        told = ask("GET", f"/__sim__/notifications/?order_id={order_id}")
        bodies += [
            json.dumps(notice["body"]).encode()
            for notice in told
            if notice["body"]["transaction_status"] in ("settlement", "capture")
        ]
    ask("DELETE", "/__sim__/faults")
    simulator.close()
    assert len(bodies) == len(addresses), "The simulator told of another number of payments"
    return bodies

"""Orders through HTTP, as a guest places them: cart, checkout, the order with its holds, the Snap page asked for."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic, perf_counter

import requests

from tests.benchmarks.pages import Rate
from tests.benchmarks.processes import processor_seconds

FIELD = re.compile(r'name="(csrfmiddlewaretoken|checkout_key|agreed_total)"[^>]*value="([^"]*)"')


@dataclass(frozen=True)
class Wish:
    """What a guest puts in the cart: the fields of the listing's own form."""

    fields: dict[str, str]


class Guest:
    """One guest with one cart, ready to press Pay."""

    def __init__(self, *, port: int, host: str, wish: Wish) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"})
        self.wish, self.host = wish, host
        self.form: dict[str, str] = {}

    def fill(self) -> None:
        """Put the wish in the cart and open the checkout."""
        self.keep(
            self.session.post(
                f"{self.base}/keranjang/tambah/", data=self.wish.fields, allow_redirects=False, timeout=60
            )
        )
        page = self.keep(self.session.get(f"{self.base}/bayar/", allow_redirects=False, timeout=60))
        self.form = dict(FIELD.findall(page.text)) | {"name": "Pembeli Uji", "phone": "081200000000"}

    def pay(self) -> bool:
        """Place the order; whether the guest was sent on to Midtrans' page."""
        answer = self.session.post(f"{self.base}/bayar/", data=self.form, allow_redirects=False, timeout=60)
        return answer.status_code == 302 and "/snap/" in answer.headers.get("Location", "")

    def keep(self, answer: requests.Response) -> requests.Response:
        """Keep cookies by hand: they belong to the site's domain, while the connection goes to an address."""
        for cookie in answer.headers.get("Set-Cookie", "").split(", "):
            name, _is, rest = cookie.partition("=")
            if name in ("sessionid", "csrftoken"):
                self.session.headers["Cookie"] = "; ".join(
                    part for part in (self.session.headers.get("Cookie", ""), f"{name}={rest.split(';')[0]}") if part
                )
        return answer


def place(name: str, guests: Sequence[Guest], *, clients: int, web: str) -> Rate:
    """Have all guests pay, so many at a time; carts are filled beforehand and do not count."""
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda guest: guest.fill(), guests))
    times: list[float] = []

    def timed(guest: Guest) -> bool:
        began = perf_counter()
        is_placed = guest.pay()
        times.append(perf_counter() - began)
        return is_placed

    web_before, database_before, began = processor_seconds([web]), processor_seconds(["postgres:"]), monotonic()
    with ThreadPoolExecutor(clients) as pool:
        placed = list(pool.map(timed, guests))
    took, count = monotonic() - began, len(guests)
    return Rate(
        name=name,
        clients=clients,
        per_second=count / took,
        median=1000 * sorted(times)[count // 2],
        slow=1000 * sorted(times)[int(0.95 * (count - 1))],
        web=1000 * (processor_seconds([web]) - web_before) / count,
        database=1000 * (processor_seconds(["postgres:"]) - database_before) / count,
        failures=placed.count(False),
    )

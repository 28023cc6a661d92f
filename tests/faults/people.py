"""Buyers and a seller, through HTTP as a browser would speak it."""

import re
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import requests

FIELD = re.compile(r'name="(csrfmiddlewaretoken|checkout_key|agreed_total)"[^>]*value="([^"]*)"')
TRIES = 6


class Browser:
    """One visitor: cookies by hand, since they belong to the site's name and the connection goes to an address."""

    def __init__(self, port: int) -> None:
        host = f"lapau.localhost:{port}"
        self.base = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"})
        self.cookies: dict[str, str] = {}
        self.answers: list[int] = []

    def ask(self, method: str, path: str, **options: Any) -> requests.Response | None:
        """Ask once; None if nobody answers."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            answer = self.session.request(
                method, f"{self.base}{path}", headers=headers, allow_redirects=False, timeout=40, **options
            )
        except requests.RequestException:
            self.answers.append(0)
            return None
        self.answers.append(answer.status_code)
        for name in ("sessionid", "csrftoken"):
            found = re.search(rf"\b{name}=([^;,]+)", answer.headers.get("Set-Cookie", ""))
            if found:
                self.cookies[name] = found[1]
        return answer

    def insist(self, method: str, path: str, **options: Any) -> requests.Response | None:
        """Ask again while nobody answers or something is broken, as a person reloads."""
        for wait in range(TRIES):
            answer = self.ask(method, path, **options)
            if answer is not None and answer.status_code < 500:
                return answer
            sleep(0.5 + wait)
        return None


@dataclass
class Buyer:
    """A guest who wants one thing and one ticket."""

    browser: Browser
    wish: list[dict[str, str]]
    simulator: str
    code: str = ""
    attempt: str = ""
    notes: list[str] = field(default_factory=list)

    def place(self) -> bool:
        """Fill the cart and press the button, again if need be; whether there is an order."""
        for fields in self.wish:
            self.browser.insist("POST", "/keranjang/tambah/", data=fields)
        page = self.browser.insist("GET", "/bayar/")
        if page is None or page.status_code != 200:
            return False
        form = dict(FIELD.findall(page.text)) | {"name": "Pembeli Uji", "phone": "081200000000"}
        form |= dict.fromkeys(re.findall(r'name="([^"]+)" value="PICK_UP"', page.text), "PICK_UP")
        answer = self.browser.insist("POST", "/bayar/", data=form)
        return answer is not None and answer.status_code == 302

    def pay_page(self) -> bool:
        """Get to Midtrans' page, from the order's page if the checkout did not lead there."""
        for wait in range(TRIES):
            page = self.browser.insist("GET", f"/pesanan/{self.code}/")
            if page is None:
                return False
            token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]*)"', page.text)
            form = {"csrfmiddlewaretoken": token[1]} if token else {}
            answer = self.browser.ask("POST", f"/pesanan/{self.code}/bayar/", data=form)
            if answer is not None and "/snap/" in answer.headers.get("Location", ""):
                return True
            sleep(0.5 + wait)
        return False

    def cancel(self) -> None:
        """Press "cancel" on the order's page."""
        page = self.browser.insist("GET", f"/pesanan/{self.code}/")
        token = re.search(r'name="csrfmiddlewaretoken"[^>]*value="([^"]*)"', page.text) if page is not None else None
        if token:
            self.browser.ask("POST", f"/pesanan/{self.code}/batal/", data={"csrfmiddlewaretoken": token[1]})


def control(simulator: str, path: str, **body: Any) -> Any:
    """Push a button of the simulator; None if it is not to be pushed now."""
    answer = requests.post(f"{simulator}/__sim__/{path}", json=body, timeout=20)
    return answer.json() if answer.status_code < 400 else None


def until(true: Any, *, seconds: float) -> bool:
    """Wait until something is so, at most so long."""
    end = monotonic() + seconds
    while monotonic() < end:
        if true():
            return True
        sleep(0.5)
    return bool(true())

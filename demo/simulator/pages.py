"""The pages a buyer sees: Snap's payment page, and the bank or wallet that plays along; without script.

They speak the language of the page that the buyer comes back to: English under ``/en/``, else Indonesian.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, wraps
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.template import Context, Engine
from django.utils.translation import get_language, gettext_noop, ngettext, override
from django.utils.translation import gettext as _
from django.utils.translation import gettext as say  # what is named elsewhere, by its English text

from demo.simulator import lifecycle
from demo.simulator.bodies import ANSWER_CODES, answer_body
from demo.simulator.methods import BANK, METHODS, SHOP, TEST_CARDS, Method, offered
from demo.simulator.state import WIB, Json, Session, Transaction, World
from demo.simulator.web import Handler, Request, Response, Route, as_json, route, see_other, with_query

FOLDER = Path(__file__).parent
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors http: https:"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAID = ("settlement", "capture")
HINTS = {
    "other_qris": gettext_noop("All banks and e-wallets"),
    "gopay": gettext_noop("Open the GoPay app"),
    "shopeepay": gettext_noop("Open the ShopeePay app"),
    "dana": gettext_noop("Open the DANA app"),
    "ovo": gettext_noop("Open the OVO app"),
    "kredivo": gettext_noop("Instalments with Kredivo"),
    "akulaku": gettext_noop("Instalments with Akulaku"),
    "credit_card": gettext_noop("Test numbers only, no real card"),
    "echannel": gettext_noop("Company code and payment code"),
    "indomaret": gettext_noop("Pay cash at the counter"),
    "alfamart": gettext_noop("Pay cash at the counter"),
}
STEPS = {
    "qris": (
        (
            gettext_noop("Save or scan the QR code"),
            gettext_noop("On the same phone, save the picture to your gallery."),
        ),
        (gettext_noop("Open your bank or wallet app"), gettext_noop("Choose to pay by QR or QRIS.")),
        (gettext_noop("Check the amount, then pay"), gettext_noop("This page changes once the payment has arrived.")),
    ),
    "bank_transfer": (
        (gettext_noop("Open your bank app or go to an ATM"), gettext_noop("Choose transfer, then virtual account.")),
        (gettext_noop("Enter the virtual account number"), gettext_noop("The shop's name and the amount will appear.")),
        (gettext_noop("Check the amount, then pay"), gettext_noop("Pay exactly the amount due.")),
    ),
    "echannel": (
        (gettext_noop("Open Livin' or go to a Mandiri ATM"), gettext_noop("Choose pay, then multipayment.")),
        (
            gettext_noop("Enter the company code and the payment code"),
            gettext_noop("The shop's name and the amount will appear."),
        ),
        (gettext_noop("Check the amount, then pay"), gettext_noop("Pay exactly the amount due.")),
    ),
    "cstore": (
        (gettext_noop("Go to the nearest store"), gettext_noop("Tell the cashier: a Midtrans payment.")),
        (gettext_noop("Give the payment code"), gettext_noop("The cashier reads out the shop's name and the amount.")),
        (gettext_noop("Pay and keep the receipt"), gettext_noop("The receipt is your proof of payment.")),
    ),
}
OUTCOMES = {
    "authorize": (
        "wait",
        gettext_noop("Funds set aside"),
        gettext_noop("The bank has set the money aside; the shop takes it when the order is ready."),
    ),
    "partial_chargeback": (
        "stop",
        gettext_noop("Payment disputed"),
        gettext_noop("The card's bank has taken back a part of this payment."),
    ),
    "settlement": ("ok", gettext_noop("Payment successful"), gettext_noop("Your order is on its way to the shop.")),
    "capture": ("ok", gettext_noop("Payment successful"), gettext_noop("The card's bank has approved this payment.")),
    "challenge": (
        "wait",
        gettext_noop("Payment under review"),
        gettext_noop("The bank holds this payment until the shop has checked it."),
    ),
    "expire": (
        "stop",
        gettext_noop("The time to pay has passed"),
        gettext_noop("No money was taken. Start again from the shop if you still want to buy."),
    ),
    "cancel": (
        "stop",
        gettext_noop("Payment cancelled"),
        gettext_noop("The shop cancelled this payment. No money was taken."),
    ),
    "deny": ("stop", gettext_noop("Payment refused"), gettext_noop("No money was taken.")),
    "refund": ("wait", gettext_noop("Money refunded"), gettext_noop("All of this payment has been refunded to you.")),
    "partial_refund": (
        "wait",
        gettext_noop("Part of the money refunded"),
        gettext_noop("A part of this payment has been refunded to you."),
    ),
    "chargeback": (
        "stop",
        gettext_noop("Payment disputed"),
        gettext_noop("The card's bank has taken this payment back."),
    ),
}


def in_the_buyers_language(handler: Handler) -> Handler:
    """Let a page, found by its session's token or its transaction's id, speak the language of the shop's page."""

    @wraps(handler)
    def answer(world: World, request: Request, **found: str) -> Response:
        token = found.get("token", "")
        if "transaction_id" in found:
            transaction = world.store.get(Transaction, found["transaction_id"])
            token = transaction.token if transaction else ""
        session = world.store.get(Session, token)
        path = urlsplit(session.finish_url).path if session else ""
        with override("en" if path.startswith("/en/") else "id"):
            return handler(world, request, **found)

    return answer


@in_the_buyers_language
def show(world: World, request: Request, token: str) -> Response:
    """GET /snap/v4/redirection/{token}: choose, pay, or read how it ended."""
    session = world.store.get(Session, token)
    if session is None:
        return _gone(404, _("Payment page not found"), _("Check the address, or start again from the shop."))
    transaction = world.store.get(Transaction, session.transaction_id)
    if transaction and transaction.status == "pending":
        return _waiting(world, session, transaction)
    if transaction and (transaction.status != "deny" or not _is_open(world, session)):
        return _outcome(world, session, transaction)
    if session.canceled_at or session.replaced:
        words = _("The shop closed this page or opened a newer one. Go on from your order's page at the shop.")
        return _gone(410, _("This payment page is closed"), words, back_url=back_url(world, session))
    if not _is_open(world, session):
        words = _("No money was taken. Start again from the shop if you still want to buy.")
        return _gone(410, _("The time to pay has passed"), words, back_url=back_url(world, session))
    methods = offered(session.request.get("enabled_payments"))
    context = _summary(world, session) | {
        "was_denied": transaction is not None,
        "groups": [
            (say(name), [{"method": method, "hint": _hint(method)} for method in group])
            for name, group in groupby(methods, key=lambda method: method.group)
        ],
    }
    if request.query.get("cara") == "credit_card" and METHODS["credit_card"] in methods:
        return _page("card.html", context | {"cards": [(card.number, say(card.label)) for card in TEST_CARDS.values()]})
    return _page("choose.html", context)


def choose(world: World, request: Request, token: str) -> Response:
    """POST .../pilih: the buyer picks a method; from now on Core knows the transaction."""
    session = world.store.get(Session, token)
    here = f"/snap/v4/redirection/{token}"
    if session is None or not _is_open(world, session):
        return see_other(here)
    before = world.store.get(Transaction, session.transaction_id)
    form = request.form()
    methods = {method.name: method for method in offered(session.request.get("enabled_payments"))}
    method = methods.get(form.get("method", ""))
    if method is None or (before and before.status != "deny"):
        return see_other(here)
    card = form.get("card", "")
    if method.name == "credit_card" and card not in TEST_CARDS:
        return see_other(f"{here}?cara=credit_card")
    lifecycle.choose(world, session, method, card)
    return see_other(here)


def act(world: World, _request: Request, token: str, action: str) -> Response:
    """POST .../bayar, /tolak, /kedaluwarsa: what happens to the payment, as the visitor of the simulator wishes."""
    session, here = world.store.get(Session, token), f"/snap/v4/redirection/{token}"
    transaction = world.store.get(Transaction, session.transaction_id) if session else None
    if session and transaction is None and action == "kedaluwarsa":
        session.page_expires_at = world.clock.now()
        world.store.save(session)
    if session and transaction and transaction.status == "pending":
        _act(world, transaction, action)
        if transaction.status in PAID and back_url(world, session):
            return see_other(back_url(world, session))
    return see_other(here)


@in_the_buyers_language
def wallet(world: World, _request: Request, transaction_id: str) -> Response:
    """GET /simulator/{transaction_id}: the buyer's bank, wallet or 3-D Secure page."""
    transaction = world.store.get(Transaction, transaction_id)
    if transaction is None:
        return _gone(404, _("Bill not found"), _("This QR code or link is not known."))
    session = world.store.get(Session, transaction.token)
    if transaction.status != "pending":
        return _outcome(world, session, transaction)
    context = _transaction_context(world, transaction) | {"order_id": transaction.order_id}
    return _page("wallet.html", context | {"shop_name": world.shop_name, "amount": rupiah(transaction.gross_amount)})


def wallet_act(world: World, _request: Request, transaction_id: str, action: str) -> Response:
    """POST /simulator/{transaction_id}/bayar or /tolak."""
    transaction = world.store.get(Transaction, transaction_id)
    if transaction and transaction.status == "pending":
        _act(world, transaction, action)
    return see_other(f"/simulator/{transaction_id}")


def stylesheet(_world: World, _request: Request) -> Response:
    """GET /simulator/simulator.css."""
    css = (FOLDER / "static" / "simulator.css").read_bytes()
    return Response(200, css, "text/css; charset=utf-8", {"Cache-Control": "max-age=60"})


def snap_js(_world: World, request: Request) -> Response:
    """GET /snap/snap.js: ``snap.pay`` opens the payment page over the shop's; what it calls back is for show only."""
    script = (FOLDER / "static" / "snap.js").read_text().replace("__BASE__", request.base_url)
    return Response(200, script.encode(), "text/javascript; charset=utf-8")


def result(world: World, request: Request, token: str) -> Response:
    """GET /snap/v1/transactions/{token}/status: what snap.js tells the shop's page. Anybody with the token may read it."""
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
    session = world.store.get(Session, token)
    if session is None:
        return replace(as_json({"error_messages": ["token not found"]}, 404), headers=headers)
    transaction = world.store.get(Transaction, session.transaction_id)
    if transaction is None:
        return replace(as_json({"transaction_status": ""}), headers=headers)
    body = answer_body(world, transaction, "Success, transaction is found")
    body.pop("signature_key")
    body["finish_redirect_url"] = back_url(world, session)
    if transaction.status == "pending" and METHODS[transaction.method].group in (BANK, SHOP):
        body["pdf_url"] = f"{request.base_url}/snap/v4/redirection/{token}"
    return replace(as_json(body), headers=headers)


@in_the_buyers_language
def home(_world: World, _request: Request) -> Response:
    """GET /: what this is."""
    return _page("home.html", {})


ROUTES: tuple[Route, ...] = (
    route("GET", "/", "page", home),
    route("GET", "/simulator/simulator.css", "static", stylesheet),
    route("GET", "/snap/snap.js", "static", snap_js),
    route("GET", "/snap/v1/transactions/{token}/status", "snap_status", result),
    route("GET", "/snap/v4/redirection/{token}", "page", show),
    route("POST", "/snap/v4/redirection/{token}/pilih", "page", choose),
    route("POST", "/snap/v4/redirection/{token}/{action}", "page", act),
    route("GET", "/simulator/{transaction_id}", "page", wallet),
    route("POST", "/simulator/{transaction_id}/{action}", "page", wallet_act),
)


def rupiah(amount: int) -> str:
    """An amount as people write it: Rp285.000, -Rp5.000."""
    return ("-" if amount < 0 else "") + "Rp" + f"{abs(amount):,}".replace(",", ".")


def back_url(world: World, session: Session) -> str:
    """The shop's page, with what Midtrans adds to it; empty where the shop named none."""
    transaction = world.store.get(Transaction, session.transaction_id)
    status = transaction.status if transaction else "pending"
    url = session.finish_url or _kind_of_return(world, status) or world.finish_url
    if not url.startswith(("http://", "https://")):
        return ""
    return with_query(
        url,
        order_id=session.order_id,
        status_code={"pending": "201", "deny": "202"}.get(status) or ANSWER_CODES.get(status, "200"),
        transaction_status=status,
        merchant_id=session.merchant_id,
    )


def _kind_of_return(world: World, status: str) -> str:
    if status in ("deny", "cancel", "expire"):
        return world.error_url
    return world.unfinish_url if status == "pending" else ""


def _act(world: World, transaction: Transaction, action: str) -> None:
    if action == "bayar":
        lifecycle.pay(world, transaction)
    elif action == "tolak":
        lifecycle.deny(world, transaction)
    elif action == "kedaluwarsa":
        lifecycle.expire(world, transaction)


def _hint(method: Method) -> str:
    return say(HINTS[method.name]) if method.name in HINTS else ""


def _is_open(world: World, session: Session) -> bool:
    return not (session.canceled_at or session.replaced) and world.clock.now() < session.page_expires_at


def _waiting(world: World, session: Session, transaction: Transaction) -> Response:
    return _page("waiting.html", _summary(world, session) | _transaction_context(world, transaction))


def _outcome(world: World, session: Session | None, transaction: Transaction) -> Response:
    kind = "challenge" if (transaction.status, transaction.fraud_status) == ("capture", "challenge") else ""
    tone, title, words = OUTCOMES[kind or transaction.status]
    context = {
        "tone": tone,
        "title": say(title),
        "words": say(words),
        "shop_name": world.shop_name,
        "amount": rupiah(transaction.gross_amount),
        "order_id": transaction.order_id,
        "label": say(METHODS[transaction.method].label),
        "back_url": back_url(world, session) if session else "",
    }
    return _page("outcome.html", context)


def _gone(status: int, title: str, words: str, back_url: str = "") -> Response:
    context = {"tone": "stop", "title": title, "words": words, "back_url": back_url}
    return _page("outcome.html", context, status)


def _summary(world: World, session: Session) -> Json:
    """The shop, the amount and what it is for: the head of every page of a session."""
    items = session.request.get("item_details") or []
    deadline = session.page_expires_at
    return {
        "here": f"/snap/v4/redirection/{session.token}",
        "shop_name": world.shop_name,
        "amount": rupiah(session.gross_amount),
        "order_id": session.order_id,
        "back_url": back_url(world, session),
        "items": [
            {
                "name": item["name"],
                "quantity": int(item["quantity"]),
                "amount": rupiah(int(item["price"]) * int(item["quantity"])),
            }
            for item in items
        ],
        **_deadline(world, deadline),
    }


def _transaction_context(world: World, transaction: Transaction) -> Json:
    method, details = METHODS[transaction.method], transaction.details
    numbers = {
        _("Virtual account number"): details.get("permata_va_number")
        or next((row["va_number"] for row in details.get("va_numbers", [])), ""),
        _("Company code"): details.get("biller_code"),
        _("Payment code"): details.get("bill_key") or details.get("payment_code"),
    }
    identifier = transaction.transaction_id
    is_qr = method.payment_type in ("qris", "gopay")
    return {
        "method": method,
        "label": say(method.label),
        "numbers": [(label, _grouped(number)) for label, number in numbers.items() if number],
        "qr_url": f"/v2/{method.payment_type}/{identifier}/qr-code" if is_qr else "",
        "wallet_url": f"/simulator/{identifier}",
        "masked_card": details.get("masked_card", ""),
        "steps": [(say(what), say(how)) for what, how in STEPS.get(method.payment_type, ())],
        **_deadline(world, transaction.expires_at),
    }


def _grouped(number: str) -> list[str]:
    """A long number in parts that an eye can keep: 0001 2345 678."""
    if len(number) <= 6:
        return [number]
    return [number[start : start + 4] for start in range(0, len(number), 4)]


def _deadline(world: World, deadline: datetime | None) -> dict[str, str]:
    if deadline is None:
        return {}
    now, local = world.clock.now(), deadline.astimezone(WIB)
    left = deadline - now
    far = left > timedelta(hours=24) or local.date() != now.astimezone(WIB).date()
    minutes = max(0, int(left / timedelta(minutes=1)))
    if minutes < 120:
        words = ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}
    else:
        words = _("%(count)d hours left") % {"count": minutes // 60}
    return {"pay_before": local.strftime("%d-%m-%Y %H.%M WIB" if far else "%H.%M WIB"), "time_left": words}


@cache
def _engine() -> Engine:
    return Engine(
        dirs=[str(FOLDER / "templates")],
        libraries={"i18n": "django.templatetags.i18n"},
        builtins=["django.templatetags.i18n"],
    )


def _page(template: str, context: dict[str, Any], status: int = 200) -> Response:
    html = (
        _engine()
        .get_template(template)
        .render(Context(context | {"language": get_language()}, use_l10n=False, use_tz=False))
    )
    return Response(status, html.encode(), "text/html; charset=utf-8", PAGE_HEADERS)

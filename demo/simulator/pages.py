"""The pages a buyer sees: Snap's payment page, and the bank or wallet that plays along. Indonesian, without script."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from django.template import Context, Engine

from demo.simulator import lifecycle
from demo.simulator.bodies import ANSWER_CODES, answer_body
from demo.simulator.methods import BANK, METHODS, SHOP, TEST_CARDS, offered
from demo.simulator.state import WIB, Json, Session, Transaction, World
from demo.simulator.web import Request, Response, Route, as_json, route, see_other, with_query

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
    "other_qris": "Semua bank dan dompet digital",
    "gopay": "Buka aplikasi GoPay",
    "shopeepay": "Buka aplikasi ShopeePay",
    "dana": "Buka aplikasi DANA",
    "ovo": "Buka aplikasi OVO",
    "kredivo": "Cicilan lewat Kredivo",
    "akulaku": "Cicilan lewat Akulaku",
    "credit_card": "Nomor uji saja, tanpa kartu sungguhan",
    "echannel": "Kode perusahaan dan kode bayar",
    "indomaret": "Bayar tunai di kasir",
    "alfamart": "Bayar tunai di kasir",
}
STEPS = {
    "qris": (
        ("Simpan atau pindai kode QR", "Dari ponsel yang sama, simpan gambarnya ke galeri."),
        ("Buka aplikasi bank atau dompet", "Pilih menu bayar QR atau QRIS."),
        ("Periksa jumlahnya, lalu bayar", "Halaman ini berubah setelah pembayaran diterima."),
    ),
    "bank_transfer": (
        ("Buka aplikasi bank atau ATM", "Pilih menu transfer, lalu virtual account."),
        ("Masukkan nomor virtual account", "Nama toko dan jumlahnya akan muncul."),
        ("Periksa jumlahnya, lalu bayar", "Bayar tepat sejumlah tagihan."),
    ),
    "echannel": (
        ("Buka Livin' atau ATM Mandiri", "Pilih menu bayar, lalu multipayment."),
        ("Masukkan kode perusahaan dan kode bayar", "Nama toko dan jumlahnya akan muncul."),
        ("Periksa jumlahnya, lalu bayar", "Bayar tepat sejumlah tagihan."),
    ),
    "cstore": (
        ("Datang ke gerai terdekat", "Katakan kepada kasir: bayar Midtrans."),
        ("Sebutkan kode bayar", "Kasir membacakan nama toko dan jumlahnya."),
        ("Bayar dan simpan struknya", "Struk adalah bukti pembayaran."),
    ),
}
OUTCOMES = {
    "authorize": ("wait", "Dana disisihkan", "Bank menyisihkan uangnya; toko mengambilnya saat pesanan siap."),
    "partial_chargeback": (
        "stop",
        "Pembayaran disengketakan",
        "Bank penerbit kartu menarik kembali sebagian pembayaran ini.",
    ),
    "settlement": ("ok", "Pembayaran berhasil", "Pesanan Anda sedang diteruskan ke toko."),
    "capture": ("ok", "Pembayaran berhasil", "Bank penerbit kartu menyetujui pembayaran ini."),
    "challenge": ("wait", "Pembayaran diperiksa", "Bank menahan pembayaran ini sampai toko memeriksanya."),
    "expire": (
        "stop",
        "Waktu pembayaran habis",
        "Tidak ada uang yang ditarik. Mulai lagi dari toko bila masih ingin membeli.",
    ),
    "cancel": ("stop", "Pembayaran dibatalkan", "Toko membatalkan pembayaran ini. Tidak ada uang yang ditarik."),
    "deny": ("stop", "Pembayaran ditolak", "Tidak ada uang yang ditarik."),
    "refund": ("wait", "Uang dikembalikan", "Seluruh pembayaran ini dikembalikan kepada Anda."),
    "partial_refund": ("wait", "Sebagian uang dikembalikan", "Sebagian pembayaran ini dikembalikan kepada Anda."),
    "chargeback": ("stop", "Pembayaran disengketakan", "Bank penerbit kartu menarik kembali pembayaran ini."),
}


def show(world: World, request: Request, token: str) -> Response:
    """GET /snap/v4/redirection/{token}: choose, pay, or read how it ended."""
    session = world.store.get(Session, token)
    if session is None:
        return _gone(404, "Halaman pembayaran tidak ditemukan", "Periksa alamatnya, atau mulai lagi dari toko.")
    transaction = world.store.get(Transaction, session.transaction_id)
    if transaction and transaction.status == "pending":
        return _waiting(world, session, transaction)
    if transaction and (transaction.status != "deny" or not _is_open(world, session)):
        return _outcome(world, session, transaction)
    if session.canceled_at or session.replaced:
        words = "Toko menutup halaman ini atau membuka yang baru. Lanjutkan dari halaman pesanan di toko."
        return _gone(410, "Halaman pembayaran ini sudah ditutup", words, back_url=back_url(world, session))
    if not _is_open(world, session):
        words = "Tidak ada uang yang ditarik. Mulai lagi dari toko bila masih ingin membeli."
        return _gone(410, "Waktu pembayaran habis", words, back_url=back_url(world, session))
    methods = offered(session.request.get("enabled_payments"))
    context = _summary(world, session) | {
        "was_denied": transaction is not None,
        "groups": [
            (name, [{"method": method, "hint": HINTS.get(method.name, "")} for method in group])
            for name, group in groupby(methods, key=lambda method: method.group)
        ],
    }
    if request.query.get("cara") == "credit_card" and METHODS["credit_card"] in methods:
        return _page("card.html", context | {"cards": list(TEST_CARDS.values())})
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


def wallet(world: World, _request: Request, transaction_id: str) -> Response:
    """GET /simulator/{transaction_id}: the buyer's bank, wallet or 3-D Secure page."""
    transaction = world.store.get(Transaction, transaction_id)
    if transaction is None:
        return _gone(404, "Tagihan tidak ditemukan", "Kode QR atau tautan ini tidak dikenal.")
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


def _is_open(world: World, session: Session) -> bool:
    return not (session.canceled_at or session.replaced) and world.clock.now() < session.page_expires_at


def _waiting(world: World, session: Session, transaction: Transaction) -> Response:
    return _page("waiting.html", _summary(world, session) | _transaction_context(world, transaction))


def _outcome(world: World, session: Session | None, transaction: Transaction) -> Response:
    kind = "challenge" if (transaction.status, transaction.fraud_status) == ("capture", "challenge") else ""
    tone, title, words = OUTCOMES[kind or transaction.status]
    context = {
        "tone": tone,
        "title": title,
        "words": words,
        "shop_name": world.shop_name,
        "amount": rupiah(transaction.gross_amount),
        "order_id": transaction.order_id,
        "method": METHODS[transaction.method],
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
        "Nomor virtual account": details.get("permata_va_number")
        or next((row["va_number"] for row in details.get("va_numbers", [])), ""),
        "Kode perusahaan": details.get("biller_code"),
        "Kode bayar": details.get("bill_key") or details.get("payment_code"),
    }
    identifier = transaction.transaction_id
    is_qr = method.payment_type in ("qris", "gopay")
    return {
        "method": method,
        "numbers": [(label, _grouped(number)) for label, number in numbers.items() if number],
        "qr_url": f"/v2/{method.payment_type}/{identifier}/qr-code" if is_qr else "",
        "wallet_url": f"/simulator/{identifier}",
        "masked_card": details.get("masked_card", ""),
        "steps": STEPS.get(method.payment_type, ()),
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
    words = f"{minutes} menit lagi" if minutes < 120 else f"{minutes // 60} jam lagi"
    return {"pay_before": local.strftime("%d-%m-%Y %H.%M WIB" if far else "%H.%M WIB"), "time_left": words}


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(FOLDER / "templates")], autoescape=True)


def _page(template: str, context: dict[str, Any], status: int = 200) -> Response:
    html = _engine().get_template(template).render(Context(context, use_l10n=False, use_tz=False))
    return Response(status, html.encode(), "text/html; charset=utf-8", PAGE_HEADERS)

"""Whatever is sent to a door behind which there is money: never a broken page, and what is refused changes nothing."""

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from demo.simulator.server import SimulatorServer
from marketplace.carts.models import CartLine
from marketplace.orders.models import Order, ShopOrder
from marketplace.payments.links import account_token
from marketplace.payments.models import Payment, Refund, RefundAccount, RefundStatus
from marketplace.payments.services import BANKS
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.payments import RefundFactory
from tests.factories.shops import MemberFactory
from tests.factories.tickets import GateFactory, TicketFactory
from tests.frontend.visiting import HOST, OWN_PAGE
from tests.fuzzing.digest import state
from tests.marketplace.sales.money import choose
from tests.writing import rows_written

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
pytestmark = pytest.mark.django_db
NOTIFICATION = "/payments/midtrans/notification/"

# What a form never sends and a stranger does.
NASTY = (
    "\x00",
    "\ud800",
    "a\x00b",
    "\ud83d",
    "💸" * 40,
    "'; --",
    "<script>",
    "%s%n",
    "9" * 400,
    "-1",
    "1e9",
    "NaN",
    "٣",
    "",
)
numbers = st.one_of(
    st.integers(-(2**70), 2**70).map(str), st.sampled_from(("0", "1", "2", "3", "-1", "1.5", "٣", "１", " 1 ", "1_0"))
)
words = st.one_of(st.text(max_size=60), st.sampled_from(NASTY), numbers)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words)
trees = st.recursive(
    leaves, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(words, parts, max_size=4), max_leaves=12
)


def many(few: int = 40) -> Callable[[Any], Any]:
    """So many examples in an ordinary run, a hundred times as many in a long one."""
    return settings(
        max_examples=few * 100 if IS_LONG else few,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module", autouse=True)
def _still() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(settings: Any) -> Iterator["Doors"]:
    """A shop with something of everything, and a Midtrans that tells nobody."""
    with SimulatorServer(hold_seconds=0.2) as server:
        settings.MIDTRANS_CORE_URL, settings.MIDTRANS_SNAP_URL = server.core_url, server.snap_url
        yield Doors(server)


class Doors:
    """A market, a guest with a cart and an order, and somebody at a gate."""

    def __init__(self, server: SimulatorServer) -> None:
        self.goods = goods()
        self.adult, self.slot = admission()
        self.guest = Client(HTTP_HOST=HOST)
        self.order = placed_order((self.goods, None, 1), (self.adult, self.slot, 2))
        self.payment: Payment = choose(server, self.order, "bca_va")
        self.notice = server.notices(self.payment.gateway_order_id or "")[-1].body
        self.guest.post("/keranjang/tambah/", {"v": self.goods.pk, "jumlah": "1"}, headers=OWN_PAGE)
        session = self.guest.session
        self.own = Order.objects.get(pk=self.order.pk)
        self.own.guest_key = next(iter([value for value in session.values() if isinstance(value, str)]), "")
        self.own.save(update_fields=["guest_key"])
        self.gate = GateFactory(shop=self.adult.listing.shop)
        member = MemberFactory(shop=self.gate.shop)
        self.keeper = Client(HTTP_HOST=HOST)
        self.keeper.force_login(member.user)
        self.keeper.cookies["gate_device"] = uuid4().hex
        self.ticket = TicketFactory(slot=self.slot)
        self.refund = RefundFactory(
            payment=self.payment,
            status=RefundStatus.MANUAL,
            amount=1_000,
            region=self.gate.shop.region,
            deadline_date=NOW.date(),
        )
        self.untouched = state()

    def knock(self, ask: Callable[[], HttpResponse]) -> HttpResponse:
        """Ask once, and take all of it back; what is refused must have changed nothing."""
        with transaction.atomic():
            written = rows_written()
            answer = ask()
            assert answer.status_code < 500, answer.content[:500]
            if answer.status_code >= 400 and rows_written() != written:
                assert state() == self.untouched
            transaction.set_rollback(True)
        return answer


def texts(value: Any) -> Any:
    """A value as a JSON writer would send it, lone surrogates and all."""
    return json.dumps(value, ensure_ascii=True).encode("ascii")


class TestNotification:
    @many(60)
    @given(raw=st.binary(max_size=200))
    @example(raw=b"[" * 60_000)
    @example(raw=b'{"a":' * 10_000)
    @example(raw=b"\xef\xbb\xbf{}")
    @example(raw=b'{"order_id": NaN}')
    def test_any_bytes(self, shop: Doors, raw: bytes):
        answer = shop.knock(lambda: shop.guest.post(NOTIFICATION, raw, content_type="application/json"))
        assert answer.status_code in (400, 404)

    @many(60)
    @given(body=st.dictionaries(words, trees, max_size=6))
    @example(body={"order_id": "\ud800"})
    @example(body={"order_id": "a\x00"})
    @example(body={"order_id": ["a"]})
    def test_any_object(self, shop: Doors, body: dict[str, Any]):
        answer = shop.knock(lambda: shop.guest.post(NOTIFICATION, texts(body), content_type="application/json"))
        assert answer.status_code in (400, 404)

    @many(80)
    @given(
        changes=st.dictionaries(
            st.sampled_from(
                (
                    *("transaction_status", "fraud_status", "status_code", "gross_amount", "currency", "merchant_id"),
                    *("transaction_id", "signature_key", "refunds", "refund_amount", "payment_type", "settlement_time"),
                )
            ),
            trees,
            min_size=1,
            max_size=4,
        )
    )
    @example(changes={"refunds": [{"bank_confirmed_at": "\ud800"}]})
    @example(changes={"transaction_id": "\ud800"})
    @example(changes={"transaction_status": "\x00"})
    @example(changes={"signature_key": "ü"})
    @example(changes={"refunds": [[]], "refund_amount": 1e400})
    def test_a_genuine_one_with_something_changed(self, shop: Doors, changes: dict[str, Any]):
        body = shop.notice | changes
        before = Payment.objects.values().get(pk=shop.payment.pk)

        def ask() -> HttpResponse:
            answer = shop.guest.post(NOTIFICATION, texts(body), content_type="application/json")
            # Whatever it says, it is only a reason to look.
            assert Payment.objects.values().get(pk=shop.payment.pk) == before
            return answer

        assert shop.knock(ask).status_code in (200, 400, 403)


class TestCart:
    @many(80)
    @given(
        fields=st.dictionaries(
            st.sampled_from(("v", "jumlah", "jam", "lanjut", "GOODS", "SLOT", "qADULT"))
            | words.map(lambda name: f"q{name}"),
            words,
            max_size=5,
        )
    )
    @example(fields={"GOODS": "", "jumlah": "2"})
    @example(fields={"SLOT": "", "qADULT": "3"})
    @example(fields={"SLOT": "", "qADULT": "999999999"})
    def test_adding(self, shop: Doors, fields: dict[str, str]):
        known = {
            "GOODS": ("v", str(shop.goods.pk)),
            "SLOT": ("jam", str(shop.slot.pk)),
            "qADULT": (f"q{shop.adult.pk}", fields.get("qADULT", "")),
        }
        form = dict(known.get(name, (name, value)) for name, value in fields.items())
        shop.knock(lambda: shop.guest.post("/keranjang/tambah/", sendable(form), headers=OWN_PAGE))

    @many(60)
    @given(
        fields=st.dictionaries(
            st.sampled_from(("hapus", "setuju", "lanjut", "LINE", "REMOVE")) | words, words, max_size=4
        )
    )
    def test_changing(self, shop: Doors, fields: dict[str, str]):
        line = CartLine.objects.order_by("pk").last()
        assert line is not None
        known = {"LINE": (f"jumlah-{line.pk}", fields.get("LINE", "")), "REMOVE": ("hapus", str(line.pk))}
        form = dict(known.get(name, (name, value)) for name, value in fields.items())
        shop.knock(lambda: shop.guest.post("/keranjang/", sendable(form), headers=OWN_PAGE))


class TestCheckout:
    @many(60)
    @given(
        changes=st.dictionaries(
            st.sampled_from(
                (
                    *("name", "phone", "email", "agreed_total", "checkout_key", "note", "village", "address"),
                    *(
                        "recipient_name",
                        "recipient_phone",
                        "postal_code",
                        "is_gift",
                        "hitung",
                        "cari",
                        "tempat",
                        "SHIPPING",
                    ),
                )
            ),
            words,
            max_size=5,
        )
    )
    @example(changes={})
    @example(changes={"name": "\x00"})
    @example(changes={"note": "a\x00b"})
    def test_placing(self, shop: Doors, changes: dict[str, str]):
        form = {
            "name": "Siti",
            "phone": "081234567890",
            "agreed_total": str(shop.goods.price),
            "checkout_key": str(uuid4()),
            f"kirim-{shop.goods.listing.shop_id}": changes.pop("SHIPPING", "PICK_UP"),
        }
        before = Order.objects.count()

        def ask() -> HttpResponse:
            answer = shop.guest.post("/bayar/", sendable(form | changes), headers=OWN_PAGE)
            assert Order.objects.count() - before == (1 if answer.status_code == 302 else 0)
            return answer

        shop.knock(ask)

    @many(40)
    @given(code=words, step=st.sampled_from(("", "bayar/", "batal/", "periksa/", "keadaan/", "terima/1/", "akun/")))
    def test_strangers_orders(self, shop: Doors, code: str, step: str):
        path = f"/pesanan/{sendable({'': code})[''].replace('/', '')}/{step}"
        answer = shop.knock(lambda: shop.guest.post(path, headers=OWN_PAGE))
        assert answer.status_code in (301, 302, 404, 405)

    @many(40)
    @given(
        fields=st.dictionaries(words, words, max_size=3), step=st.sampled_from(("bayar/", "batal/", "periksa/", "PART"))
    )
    def test_an_own_order(self, shop: Doors, fields: dict[str, str], step: str):
        part = ShopOrder.objects.filter(order=shop.order).first()
        step = f"terima/{part.pk if part else 0}/" if step == "PART" else step
        shop.knock(lambda: shop.guest.post(f"/pesanan/{shop.order.code}/{step}", sendable(fields), headers=OWN_PAGE))


class TestRefundAccount:
    """The form behind a link by which a buyer says where money is to go."""

    @many(80)
    @given(
        fields=st.dictionaries(st.sampled_from(("bank", "number", "holder")) | words, words, max_size=4),
        good=st.sets(st.sampled_from(("bank", "number", "holder"))),
        status=st.sampled_from(RefundStatus.values),
    )
    @example(fields={}, good={"bank", "number", "holder"}, status="MANUAL")
    @example(fields={"number": "0" * 30}, good={"bank", "holder"}, status="MANUAL")
    @example(fields={"number": "٣" * 10}, good={"bank", "holder"}, status="MANUAL")
    @example(fields={"holder": "a\x00b"}, good={"bank", "number"}, status="TREASURY")
    @example(fields={"holder": "\ud800 Siti"}, good={"bank", "number"}, status="MANUAL")
    @example(fields={"bank": "GOPAY", "number": "+62 812-3456-7890"}, good={"holder"}, status="MANUAL")
    def test_any_answer(self, shop: Doors, fields: dict[str, str], good: set[str], status: str):
        account = {"bank": "NAGARI", "number": "0012345678", "holder": "Siti Aminah"}
        form = fields | {name: value for name, value in account.items() if name in good}

        def ask() -> HttpResponse:
            # So often is nobody asked in ten minutes.
            cache.clear()
            Refund.objects.filter(pk=shop.refund.pk).update(status=status)
            answer = shop.guest.post(f"/k/{account_token(shop.refund.pk)}/", sendable(form))
            given = RefundAccount.objects.filter(refund=shop.refund).first()
            if answer.status_code == 302:
                assert status in ("MANUAL", "TREASURY")
                assert given is not None
                assert given.bank in BANKS
                assert re.fullmatch("[0-9]{6,20}", given.number)
                assert 3 <= len(given.holder) <= 80
            else:
                assert (answer.status_code, given) == (422, None)
                assert form != account or status not in ("MANUAL", "TREASURY")
            Refund.objects.filter(pk=shop.refund.pk).update(status="MANUAL")
            return answer

        shop.knock(ask)

    @many(40)
    @given(token=words)
    @example(token="1:aaaa:bbbb")
    def test_a_strange_link(self, shop: Doors, token: str):
        path = f"/k/{sendable({'': token})[''].replace('/', '') or 'x'}/"
        for ask in (shop.guest.get, shop.guest.post):
            answer = shop.knock(lambda ask=ask: ask(path, {"bank": "NAGARI", "number": "0012345678", "holder": "Siti"}))
            assert answer.status_code == 404


class TestGate:
    @many(60)
    @given(fields=st.dictionaries(st.sampled_from(("code", "nonce", "CODE", "TOKEN")), words, max_size=3))
    @example(fields={"code": "\x00", "nonce": "\x00"})
    @example(fields={"TOKEN": "", "nonce": "x" * 500})
    def test_scanning(self, shop: Doors, fields: dict[str, str]):
        known = {"CODE": ("code", shop.ticket.code), "TOKEN": ("code", shop.ticket.token)}
        form = dict(known.get(name, (name, value)) for name, value in fields.items())
        path = f"/gerbang/{shop.gate.pk}/periksa/"
        with transaction.atomic():
            answer = shop.keeper.post(path, sendable(form), headers={**OWN_PAGE, "Accept": "application/json"})
            assert answer.status_code < 500
            transaction.set_rollback(True)

    @many(80)
    @given(
        body=trees
        | st.fixed_dictionaries(
            {
                "scans": trees
                | st.lists(st.fixed_dictionaries({"nonce": leaves, "scanned": leaves, "at": leaves}), max_size=3)
            }
        )
    )
    @example(body={"scans": [{"nonce": "a\x00", "scanned": "X", "at": NOW.timestamp()}]})
    @example(body={"scans": [{"nonce": "\ud800", "scanned": "\ud800", "at": NOW.timestamp()}]})
    @example(body={"scans": [{"nonce": "a", "scanned": "X", "at": float("nan")}]})
    @example(body={"scans": [{"nonce": "a", "scanned": "X", "at": 1e300}]})
    @example(body={"scans": [{"nonce": "a", "scanned": "X", "at": NOW.timestamp(), "refused": "ADMITTED"}]})
    @example(body={"scans": [{"nonce": "a", "scanned": "X", "at": NOW.timestamp(), "refused": ["VOID"]}]})
    def test_uploading(self, shop: Doors, body: Any):
        path = f"/gerbang/{shop.gate.pk}/unggah/"
        shop.knock(lambda: shop.keeper.post(path, texts(body), content_type="application/json", headers=OWN_PAGE))

    @pytest.mark.parametrize("raw", [b"[" * 60_000, b'{"scans":' * 20_000, b"\xff", b"", b"null"])
    def test_uploading_what_is_no_list(self, shop: Doors, raw: bytes):
        path = f"/gerbang/{shop.gate.pk}/unggah/"
        answer = shop.knock(lambda: shop.keeper.post(path, raw, content_type="application/json", headers=OWN_PAGE))
        assert answer.status_code in (400, 422)

    @many(60)
    @given(
        sale=st.fixed_dictionaries(
            {
                "nonce": st.uuids().map(str) | leaves,
                "slot": leaves,
                "pieces": trees | st.lists(st.lists(leaves, min_size=3, max_size=3), max_size=3),
                "received": leaves,
                "at": st.just(NOW.timestamp()) | leaves,
            }
        )
        | trees
    )
    @example(sale={"nonce": "\ud800", "slot": 1, "pieces": [[1, 1, 1]], "received": 1, "at": 0})
    @example(sale={"nonce": "0" * 32, "slot": 10**11, "pieces": [[10**11, 1, 0]], "received": 0, "at": NOW.timestamp()})
    def test_sending_sales(self, shop: Doors, sale: Any):
        path, body = f"/gerbang/{shop.gate.pk}/jual/unggah/", texts({"sales": [sale]})
        answer = shop.knock(lambda: shop.keeper.post(path, body, content_type="application/json", headers=OWN_PAGE))
        assert answer.status_code in (200, 422)

    @many(80)
    @given(
        what=st.sampled_from(("jual/", "kas/", "jual/1/batal/", "jual/1/keputusan/", "jual/1/masuk/")),
        fields=st.dictionaries(
            st.sampled_from(
                (
                    *("jam", "kunci", "tiket", "diterima", "masuk", "dihitung", "seharusnya", "catatan", "alasan"),
                    *("keputusan", "jumlah-1", "jumlah-2", "harga-1", "harga-2", "jumlah-", "jumlah-x"),
                )
            ),
            words,
            max_size=8,
        ),
    )
    @example(what="jual/", fields={"jam": "9" * 400, "jumlah-1": "1"})
    @example(what="kas/", fields={"dihitung": "1", "seharusnya": "0", "catatan": "\x00", "kunci": "x"})
    def test_cash(self, shop: Doors, what: str, fields: dict[str, str]):
        path, form = f"/gerbang/{shop.gate.pk}/{what}", sendable(fields)
        answer = shop.knock(lambda: shop.keeper.post(path, form, headers=OWN_PAGE))
        assert answer.status_code in (302, 404, 409, 422)


def api_doors() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every GET of the public API with its parameters, from its own schema."""
    from frontend.api.app import api

    doors = []
    for path, methods in sorted(api.get_openapi_schema()["paths"].items()):
        if "get" in methods:
            parameters = [(one["in"], one["name"]) for one in methods["get"].get("parameters", ())]
            doors.append((path, parameters))
    return doors


class TestApi:
    @many(120)
    @given(data=st.data())
    def test_every_address_with_anything(self, shop: Doors, data: st.DataObject):
        path, parameters = data.draw(st.sampled_from(api_doors()))
        query = {}
        for place, name in parameters:
            value = sendable({"": data.draw(words)})[""]
            if place == "path":
                path = path.replace("{" + name + "}", value.replace("/", "") or "x")
            elif data.draw(st.booleans()):
                query[name] = value
        shop.knock(lambda: shop.guest.get(path, query))


def sendable(form: dict[str, str]) -> dict[str, str]:
    """What a form can carry: a lone surrogate has no bytes in UTF-8."""
    return {_bytes(name): _bytes(value) for name, value in form.items()}


def _bytes(text: str) -> str:
    return text.encode("utf-8", "replace").decode()

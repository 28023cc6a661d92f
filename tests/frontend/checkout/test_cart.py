import pytest

from foundation.accounts.buyer import Buyer
from marketplace.carts.models import CartLine
from marketplace.catalog.models import Variant
from tests.factories.accounts import UserFactory
from tests.factories.destinations import ClosureFactory
from tests.factories.orders import NOW, SHIPPING, admission, fill_cart, goods
from tests.frontend.visiting import HTMX, OWN_PAGE, soup, words

pytestmark = pytest.mark.django_db
CART = "/keranjang/"


def put(visitor, variant, quantity=1, slot=None):
    sent = {"jam": slot.pk, f"q{variant.pk}": quantity} if slot else {"v": variant.pk, "jumlah": quantity}
    assert visitor.post("/keranjang/tambah/", sent, headers=OWN_PAGE).status_code == 302
    return CartLine.objects.get(variant=variant)


class TestShow:
    def test_an_empty_cart_leads_on(self, visitor):
        page = soup(visitor.get(CART))
        assert words(page.select_one(".empty h2")) == "Keranjang Anda kosong"
        assert page.select_one('.empty a[href="/cari/"]')

    def test_groups_by_shop_in_its_region_and_adds_everything_up(self, visitor):
        rendang, (adult, slot) = goods(), admission(price=20_000)
        put(visitor, rendang, 2)
        put(visitor, adult, 3, slot)
        page = soup(visitor.get(CART))

        assert [group["data-region"] for group in page.select(".group")] == [
            rendang.listing.shop.region.slug,
            adult.listing.shop.region.slug,
        ]
        assert [words(line) for line in page.select(".lines > div")] == [
            "3 tiket Rp60.000",
            "2 produk Rp170.000",
            "Pengiriman Rp15.000",
            "Biaya layanan Rp0",
        ]
        assert words(page.select_one(".price--sum")) == "Rp245.000"

    def test_picking_up_lowers_the_total(self, visitor):
        rendang = goods()
        line = put(visitor, rendang)
        way = f"kirim-{rendang.listing.shop_id}"
        sent = {f"jumlah-{line.pk}": 1, way: "PICK_UP"}
        page = soup(visitor.post(CART, sent, headers=HTMX))

        assert words(page.select_one(".price--sum")) == "Rp85.000"
        assert page.select_one(f'input[name="{way}"][checked]')["value"] == "PICK_UP"

    def test_a_stranger_sees_nothing_of_it(self, visitor, client):
        put(visitor, goods())
        assert "kosong" in words(soup(client.get(CART, HTTP_HOST="lapau.localhost:8000")).main)

    def test_a_guests_cart_moves_to_the_account(self, visitor):
        put(visitor, goods())
        user = UserFactory()
        visitor.force_login(user)
        assert words(soup(visitor.get(CART)).select_one(".price--sum")) == "Rp100.000"
        assert CartLine.objects.get().cart.user_id == user.pk

    def test_takes_a_fixed_number_of_queries(self, visitor, django_assert_num_queries):
        user = UserFactory()
        visitor.force_login(user)
        fill_cart(*[(goods(), None, 1) for _ in range(2)], buyer=Buyer(user.pk, ""))
        visitor.get(CART)
        with django_assert_num_queries(8):
            visitor.get(CART)
        fill_cart(*[(goods(), None, 1) for _ in range(6)], buyer=Buyer(user.pk, ""))
        with django_assert_num_queries(8):
            visitor.get(CART)


class TestChange:
    def test_more_of_a_line(self, visitor):
        line = put(visitor, goods())
        answer = visitor.post(CART, {f"jumlah-{line.pk}": "3"}, headers=HTMX)

        assert answer.headers["HX-Trigger"] == "cart-changed"
        assert words(soup(answer).select_one(".price--sum")) == "Rp270.000"
        line.refresh_from_db()
        assert line.quantity == 3

    def test_a_line_goes_out(self, visitor):
        line = put(visitor, goods())
        answer = visitor.post(CART, {f"jumlah-{line.pk}": "1", "hapus": line.pk})
        assert (answer.status_code, CartLine.objects.count()) == (302, 0)

    @pytest.mark.parametrize(
        ("quantity", "status"), [("0", 422), ("-2", 422), ("1000000", 422), ("x", 422), ("11", 409)]
    )
    def test_an_impossible_quantity_changes_nothing(self, visitor, quantity, status):
        line = put(visitor, goods(pieces=10), 2)
        answer = visitor.post(CART, {f"jumlah-{line.pk}": quantity}, headers=HTMX)

        assert answer.status_code == status
        assert words(soup(answer).select_one(".alert--stop strong"))
        line.refresh_from_db()
        assert line.quantity == 2

    def test_a_line_of_somebody_else_stays_as_it_is(self, visitor):
        put(visitor, goods())
        other = fill_cart((goods(), None, 1)).lines.get()
        visitor.post(CART, {f"jumlah-{other.pk}": "5", "hapus": other.pk})
        other.refresh_from_db()
        assert other.quantity == 1

    @pytest.mark.parametrize("name", ["jumlah-", "jumlah-abc", "jumlah-" + "9" * 30, "hapus"])
    def test_nonsense_is_no_error(self, visitor, name):
        put(visitor, goods())
        assert visitor.post(CART, {name: "9" * 30}).status_code in (200, 302, 422)
        assert CartLine.objects.get().quantity == 1


class TestChangedSince:
    def test_a_price_is_said_and_paid_only_once_agreed(self, visitor):
        rendang = goods(price=85_000)
        line = put(visitor, rendang)
        Variant.objects.filter(pk=rendang.pk).update(price=90_000)
        page = soup(visitor.get(CART))

        assert "Rp90.000" in words(page.select_one(".alert--warn"))
        assert page.select_one('button[name="lanjut"]').has_attr("disabled")
        assert visitor.get("/bayar/").headers["Location"] == CART

        visitor.post(CART, {f"jumlah-{line.pk}": 1, "setuju": "1"})
        page = soup(visitor.get(CART))
        assert page.select_one(".alert--warn") is None
        assert words(page.select_one(".price--sum")) == "Rp105.000"

    def test_a_closure_is_said_at_once(self, visitor):
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        ClosureFactory(destination=adult.listing.destination, starts_at=NOW, reason_id="Longsor")
        page = soup(visitor.get(CART))

        assert words(page.select_one(".item .error"))
        assert page.select_one('button[name="lanjut"]').has_attr("disabled")

    def test_going_on_carries_the_way_of_shipping(self, visitor):
        rendang = goods()
        line = put(visitor, rendang)
        way = f"kirim-{rendang.listing.shop_id}"
        answer = visitor.post(CART, {f"jumlah-{line.pk}": 1, way: "PICK_UP", "lanjut": "1", "kirim-x": "PICK_UP"})

        assert answer.headers["Location"] == f"/bayar/?{way}=PICK_UP"
        assert words(soup(visitor.get(answer.headers["Location"])).select_one(".price--sum")) == "Rp85.000"
        assert SHIPPING == 15_000

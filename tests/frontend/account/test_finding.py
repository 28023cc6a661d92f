import pytest
from django.core.cache import cache

from foundation.accounts.buyer import Buyer
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, OrderFactory, admission, placed_order
from tests.factories.shops import MemberFactory
from tests.factories.tickets import TicketFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db
FIND = "/tiket-saya/"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


class TestFindOrder:
    @pytest.mark.parametrize("phone", ["+6281234567890", "0812-3456-7890", "62812 3456 7890"])
    def test_phone_and_code_together_open_it(self, visitor, phone):
        order = placed_order(admission() + (1,))
        code = f"{order.code[:4]}-{order.code[4:]}".lower()
        answer = visitor.post(FIND, {"phone": phone, "code": code})

        assert answer.headers["Location"] == f"/pesanan/{order.code}/"
        assert visitor.get(answer.headers["Location"]).status_code == 200

    @pytest.mark.parametrize(("phone", "code"), [("0899-9999-9999", None), ("0812-3456-7890", "AAAAAAAA")])
    def test_one_of_them_alone_does_not_and_says_the_same(self, visitor, phone, code):
        order = placed_order(admission() + (1,))
        answer = visitor.post(FIND, {"phone": phone, "code": code or order.code})

        assert answer.status_code == 422
        assert "Tidak ada pesanan dengan kode dan nomor telepon ini" in words(soup(answer).select_one(".errors"))
        assert visitor.get(f"/pesanan/{order.code}/").status_code == 404

    @pytest.mark.parametrize(
        "sent",
        [{}, {"phone": "x", "code": "y"}, {"phone": "1" * 30, "code": "\x00" * 9}, {"phone": "0812", "code": "🦀"}],
    )
    def test_nonsense_is_refused_in_a_sentence(self, visitor, sent):
        answer = visitor.post(FIND, sent)
        assert answer.status_code == 422
        assert soup(answer).select_one(".errors")

    def test_guessing_is_stopped(self, visitor):
        order = placed_order(admission() + (1,))
        statuses = [visitor.post(FIND, {"phone": f"08120000{n:04}", "code": order.code}).status_code for n in range(8)]
        assert statuses == [422] * 6 + [429] * 2
        # Also for who knows the number: the door opens again after a while.
        assert visitor.post(FIND, {"phone": "0812-3456-7890", "code": order.code}).status_code == 429


class TestOrders:
    def test_a_guest_without_orders_is_led_on(self, visitor):
        page = soup(visitor.get("/pesanan/"))
        assert page.select_one('.empty a[href="/tiket-saya/"]')

    def test_tickets_come_first(self, visitor):
        user = UserFactory()
        visitor.force_login(user)
        ticket = TicketFactory(line__shop_order__order__user=user, line__shop_order__order__guest_key="")
        page = soup(visitor.get("/pesanan/"))

        assert words(page.select_one(".card h3")) == "Tiket masuk"
        assert visitor.get(page.select_one(".card a")["href"]).status_code == 200
        assert words(page.select_one(".lines--links .num")) == ticket.line.shop_order.order.code

    def test_takes_a_fixed_number_of_queries(self, visitor, django_assert_num_queries):
        user = UserFactory()
        visitor.force_login(user)
        buyer = Buyer(user.pk, "")
        placed_order(admission() + (1,), buyer=buyer)
        visitor.get("/pesanan/")
        with django_assert_num_queries(5):
            visitor.get("/pesanan/")
        for _ in range(4):
            placed_order(admission() + (1,), buyer=buyer)
        with django_assert_num_queries(5):
            visitor.get("/pesanan/")

    def test_orders_of_others_are_not_in_it(self, visitor):
        OrderFactory()
        visitor.force_login(UserFactory())
        assert soup(visitor.get("/pesanan/")).select_one(".lines--links") is None


class TestHome:
    def test_a_guest_may_sign_in_or_go_on_without(self, visitor):
        page = soup(visitor.get("/akun/"))
        assert {a["href"] for a in page.select("main a")} == {
            "/akun/data-saya/",
            "/akun/login/",
            "/akun/signup/",
            "/pesanan/",
            "/tiket-saya/",
        }

    def test_somebody_with_a_shop_finds_it(self, visitor):
        member = MemberFactory()
        visitor.force_login(member.user)
        page = soup(visitor.get("/akun/"))
        assert words(page.select_one("h2")) == "Pekerjaan saya"

    def test_a_name_is_saved(self, visitor):
        user = UserFactory()
        visitor.force_login(user)
        visitor.post("/akun/", {"first_name": "Siti", "last_name": "Aminah"})
        user.refresh_from_db()
        assert user.get_full_name() == "Siti Aminah"

    @pytest.mark.parametrize("address", ["/akun/login/", "/akun/signup/", "/en/akun/login/", "/akun/password/reset/"])
    def test_pages_of_signing_in_are_whole_pages(self, visitor, address):
        page = soup(visitor.get(address))
        assert page.select_one("header .mark")
        assert page.select_one("main h1")
        assert not page.select("main [style], main script")

    def test_signing_in_by_phone_or_mail(self, visitor):
        user = UserFactory(email="siti@contoh.invalid", phone="+6281234567890", phone_confirmed_at=NOW)
        user.set_password("kata sandi panjang")
        user.save()
        for login in ("0812-3456-7890", "siti@contoh.invalid"):
            answer = visitor.post("/akun/login/", {"login": login, "password": "kata sandi panjang"})
            assert answer.status_code == 302
            assert visitor.get("/akun/").status_code == 200
            visitor.post("/akun/logout/")

    @pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
    def test_signing_in_never_leads_to_another_site(self, visitor, where):
        user = UserFactory(email="siti@contoh.invalid", phone="+6281234567890", phone_confirmed_at=NOW)
        user.set_password("kata sandi panjang")
        user.save()
        answer = visitor.post(
            f"/akun/login/?next={where}",
            {"login": "siti@contoh.invalid", "password": "kata sandi panjang", "next": where},
        )
        assert "evil" not in answer.headers.get("Location", "")
        assert not answer.headers.get("Location", "").startswith("javascript")

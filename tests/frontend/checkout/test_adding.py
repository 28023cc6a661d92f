from datetime import timedelta

import pytest

from marketplace.carts.models import CartLine
from tests.factories.catalog import AdmissionVariantFactory
from tests.factories.inventory import SlotFactory
from tests.factories.orders import admission, goods
from tests.frontend.visiting import HOST, HTMX, OWN_PAGE, soup, words

pytestmark = pytest.mark.django_db
ADD = "/keranjang/tambah/"


def cart():
    return sorted(CartLine.objects.values_list("variant_id", "slot_id", "quantity"))


class TestAdd:
    def test_goods_go_into_the_cart_of_a_guest(self, visitor):
        rendang = goods()
        answer = visitor.post(ADD, {"v": rendang.pk, "jumlah": 2}, headers=OWN_PAGE)

        assert (answer.status_code, answer.headers["Location"]) == (302, "/keranjang/")
        assert cart() == [(rendang.pk, None, 2)]

    def test_buying_at_once_goes_on_to_paying(self, visitor):
        answer = visitor.post("/en" + ADD, {"v": goods().pk, "lanjut": "1"}, headers=OWN_PAGE)
        assert answer.headers["Location"] == "/en/bayar/"

    def test_htmx_stays_and_tells_the_header(self, visitor):
        answer = visitor.post(ADD, {"v": goods().pk, "jumlah": 2}, headers=OWN_PAGE | HTMX)

        assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, "cart-changed")
        assert "2 masuk keranjang." in words(soup(answer))

    def test_all_categories_of_a_ticket_go_in_together(self, visitor):
        adult, slot = admission()
        child = AdmissionVariantFactory(listing=adult.listing, name_id="Anak", position=1)
        visitor.post(ADD, {"jam": slot.pk, f"q{adult.pk}": 2, f"q{child.pk}": 1}, headers=OWN_PAGE)

        assert cart() == [(adult.pk, slot.pk, 2), (child.pk, slot.pk, 1)]

    def test_if_one_category_cannot_be_had_none_goes_in(self, visitor):
        adult, slot = admission(places=2)
        child = AdmissionVariantFactory(listing=adult.listing, name_id="Anak", position=1)
        answer = visitor.post(ADD, {"jam": slot.pk, f"q{adult.pk}": 2, f"q{child.pk}": 900}, headers=OWN_PAGE)

        assert (answer.status_code, cart()) == (422, [])

    @pytest.mark.parametrize(
        ("posted", "status"),
        [
            ({"jumlah": "0"}, 422),
            ({"jumlah": "-1"}, 422),
            ({"jumlah": "1000000"}, 422),
            ({"jumlah": "9" * 30}, 422),
            ({"jumlah": "dua"}, 422),
            ({"v": "999999999"}, 409),
            ({"v": ""}, 422),
            ({"v": "9" * 30}, 422),
        ],
    )
    def test_nonsense_is_refused_in_a_sentence(self, visitor, posted, status):
        rendang = goods()
        sent = {"v": rendang.pk, "jumlah": "1", "listing": rendang.listing.slug} | posted
        answer = visitor.post(ADD, sent, headers=OWN_PAGE)

        assert (answer.status_code, cart()) == (status, [])
        assert soup(answer).select_one(".alert--stop strong").get_text(strip=True)
        assert soup(answer).select_one(f'main a[href^="/produk/{rendang.listing.slug}/?"]')

    @pytest.mark.parametrize("slug", ["", "\x00", "a" * 5000, "../", "tidak-ada"])
    def test_a_strange_way_back_is_left_out(self, visitor, slug):
        answer = visitor.post(ADD, {"v": "x", "listing": slug}, headers=OWN_PAGE)
        assert answer.status_code == 422
        assert [link["href"] for link in soup(answer).select("main a")] == ["/keranjang/"]

    def test_a_slot_of_another_listing_is_refused(self, visitor):
        adult, _slot = admission()
        answer = visitor.post(ADD, {"jam": SlotFactory().pk, f"q{adult.pk}": 1}, headers=OWN_PAGE)
        assert (answer.status_code, cart()) == (409, [])

    def test_a_slot_of_the_day_chosen_before_is_refused(self, visitor):
        """Without a script the times of another day are only shown when they are asked for."""
        adult, slot = admission()
        sent = {"jam": slot.pk, f"q{adult.pk}": 1}
        later = slot.day + timedelta(days=1)
        refused = [visitor.post(ADD, sent | {"tanggal": day}, headers=OWN_PAGE) for day in (later.isoformat(), "besok")]
        assert ([answer.status_code for answer in refused], cart()) == ([409, 422], [])
        assert {soup(answer).select_one(".alert--stop strong").get_text(strip=True) for answer in refused} == {
            "Pilih hari dan jam dulu."
        }
        (back,) = soup(
            visitor.post(ADD, sent | {"tanggal": later.isoformat(), "listing": adult.listing.slug}, headers=OWN_PAGE)
        ).select("main a.btn:not(.btn--line)")
        assert back["href"] == f"/tiket/{adult.listing.slug}/?q{adult.pk}=1&tanggal={later.isoformat()}"
        visitor.post(ADD, sent | {"tanggal": slot.day.isoformat()}, headers=OWN_PAGE)
        assert cart() == [(adult.pk, slot.pk, 1)]

    def test_a_slot_that_has_passed_is_refused(self, visitor, today):
        adult, slot = admission()
        today.move_to(slot.ends_at)
        answer = visitor.post(ADD, {"jam": slot.pk, f"q{adult.pk}": 1}, headers=OWN_PAGE)
        assert (answer.status_code, cart()) == (409, [])

    def test_nobody_chosen_is_refused(self, visitor):
        adult, slot = admission()
        answer = visitor.post(ADD, {"jam": slot.pk, f"q{adult.pk}": 0}, headers=OWN_PAGE | HTMX)
        assert (answer.status_code, words(soup(answer).p or soup(answer).strong)) == (422, "Silakan pilih jumlahnya.")


class TestSameSite:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": f"http://{HOST}"},
            {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"},
            {"Origin": "http://bukittinggi.lapau.localhost:8000", "Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_our_own_pages_may_post(self, visitor, headers):
        assert visitor.post(ADD, {"v": goods().pk}, headers=headers).status_code == 302

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "null"},
            {"Origin": "http://evil.example"},
            {"Origin": "http://lapau.localhost.evil.example:8000"},
            {"Origin": "http://evillapau.localhost:8000"},
            {"Origin": "https://lapau.localhost:8000"},
            {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "cross-site"},
            {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "none"},
        ],
    )
    def test_no_other_page_may(self, visitor, headers):
        answer = visitor.post(ADD, {"v": goods().pk}, headers=headers)
        assert (answer.status_code, cart()) == (403, [])

    def test_it_is_no_page_to_look_at(self, visitor):
        assert visitor.get(ADD).status_code == 405

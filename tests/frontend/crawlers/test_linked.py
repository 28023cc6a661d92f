"""What pages say of themselves to search engines and to whoever passes their link on."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from cms.pages import services
from cms.pages.services import Words
from frontend.parts import linked
from frontend.parts.values import Rating
from marketplace.catalog.models import Listing
from tests.cms.house import NOW
from tests.factories.catalog import CategoryFactory, ListingPictureFactory, VariantFactory
from tests.factories.orders import admission, goods
from tests.factories.shops import ShopFactory
from tourism.events.facts import OccurrenceStatus

PROVINCE, BUKITTINGGI = "http://lapau.localhost:8000", "http://bukittinggi.lapau.localhost:8000"
WICKED = "</script><b>\"'&amp;\u2028"
SHARE = f"{PROVINCE}/static/bundle/share.png"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(house):
    return ShopFactory(slug="sanjai", name="Sanjai Ibu", region=house.padang.region, address="Jalan Pasar 1")


def read(url):
    """A page, and the things that it says it is by their type."""
    host, _slash, path = url.removeprefix("http://").partition("/")
    answer = Client(headers={"host": host}).get(f"/{path}")
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    scripts = page.find_all("script", type="application/ld+json")
    assert len(scripts) <= 1
    things = json.loads(scripts[0].string)["@graph"] if scripts else []
    return page, {thing["@type"]: thing for thing in things}


def meta(page, name):
    return page.find("meta", property=name)["content"]


def way(thing):
    return [(step["position"], step["name"], step.get("item")) for step in thing["itemListElement"]]


class TestEveryPage:
    @pytest.fixture
    def addresses(self, house, shop):
        variant = goods(slug="keripik", shop=shop)
        adult, _slot = admission(
            listing__shop=shop, listing__slug="masuk", listing__destination=house.row(house.jam_gadang)
        )
        del variant, adult
        CategoryFactory(slug="rendang")
        return [
            *(PROVINCE + path for path in ("/", "/en/", "/belanja/", "/hari-ini/", "/cari/", "/kategori/rendang/")),
            *(PROVINCE + path for path in ("/belanja/padang/", "/cara-membeli/", "/data-pribadi/", "/sumber/")),
            *(PROVINCE + path for path in ("/produk/keripik/", "/en/produk/keripik/", "/tiket/masuk/", "/toko/sanjai/")),
            *(BUKITTINGGI + path for path in ("/", "/tempat/", "/acara/", "/cerita/", "/perjalanan/", "/tempat/jam-gadang/")),
            f"{BUKITTINGGI}/en/places/jam-gadang/",
        ]  # fmt: skip

    def test_has_title_description_address_and_picture(self, addresses):
        for address in addresses:
            page, _things = read(address)
            title, description = page.title.string, page.find("meta", attrs={"name": "description"})
            assert title.startswith(meta(page, "og:title")), address
            assert meta(page, "og:title").strip(), address
            assert description["content"].strip(), address
            assert description["property"] == "og:description", address
            assert meta(page, "og:url") == page.find("link", rel="canonical")["href"] == address
            assert meta(page, "og:image") == SHARE, address

    def test_the_words_of_a_page_of_the_house_name_it(self, house):
        page, things = read(f"{PROVINCE}/cara-membeli/")
        assert meta(page, "og:title") == "Cara membeli"
        assert meta(page, "og:description") == "Cara membeli. Lapau Sumbar: wisata dan produk UMKM"
        assert things == {}

    def test_a_picture_of_its_own_is_its_picture(self, house, shop):
        variant = goods(slug="keripik", shop=shop)
        ListingPictureFactory(listing=variant.listing, picture__file="listings/2026/11/keripik.jpg")
        page, things = read(f"{PROVINCE}/produk/keripik/")
        assert meta(page, "og:image") == f"{PROVINCE}/media/listings/2026/11/keripik-640.jpg"
        assert things["Product"]["image"] == f"{PROVINCE}/media/listings/2026/11/keripik-640.jpg"


class TestGoods:
    def test_one_price_is_an_offer_in_rupiah(self, house, shop):
        variant = goods(price=85_000, slug="keripik", shop=shop, description_id="Renyah.\nPedas.")
        _page, things = read(f"{PROVINCE}/produk/keripik/")
        assert things["Product"] == {
            "@type": "Product",
            "name": "Rendang daging",
            "description": "Renyah.\nPedas.",
            "url": f"{PROVINCE}/produk/keripik/",
            "category": "Makanan",
            "offers": {
                "@type": "Offer",
                "price": 85_000,
                "priceCurrency": "IDR",
                "availability": "https://schema.org/InStock",
                "url": f"{PROVINCE}/produk/keripik/",
                "seller": {"@type": "Organization", "name": "Sanjai Ibu"},
            },
        }
        assert way(things["BreadcrumbList"]) == [
            (1, "Produk", f"{PROVINCE}/cari/?type=goods"),
            (2, "Makanan", f"{PROVINCE}/kategori/{variant.listing.category.slug}/"),
            (3, "Rendang daging", None),
        ]

    def test_several_prices_are_said_from_the_lowest_to_the_highest(self, house, shop):
        small = goods(price=85_000, slug="keripik", shop=shop)
        VariantFactory(listing=small.listing, name_id="1 kg", price=300_000, position=1)
        offers = read(f"{PROVINCE}/en/produk/keripik/")[1]["Product"]["offers"]
        assert (offers["@type"], offers["lowPrice"], offers["highPrice"], offers["offerCount"]) == (
            "AggregateOffer", 85_000, 300_000, 2,
        )  # fmt: skip

    def test_what_is_sold_out_says_so(self, house, shop):
        goods(slug="keripik", shop=shop, pieces=0)
        offer = read(f"{PROVINCE}/produk/keripik/")[1]["Product"]["offers"]
        assert offer["availability"] == "https://schema.org/OutOfStock"

    def test_an_answer_that_is_a_fragment_says_nothing(self, house, shop):
        goods(slug="keripik", shop=shop)
        answer = Client(headers={"host": "lapau.localhost:8000"}).get(
            "/produk/keripik/", headers={"HX-Request": "true"}
        )
        assert "ld+json" not in answer.text

    def test_no_title_can_leave_the_script(self, house, shop):
        variant = goods(slug="keripik", shop=shop)
        Listing.objects.filter(pk=variant.listing.pk).update(title_id=WICKED, description_id=WICKED)
        page, things = read(f"{PROVINCE}/produk/keripik/")
        assert (things["Product"]["name"], things["Product"]["description"]) == (WICKED, WICKED)
        assert way(things["BreadcrumbList"])[-1][1] == WICKED
        assert page.find("b", string=lambda text: text and "&amp;" in text) is None
        assert meta(page, "og:title") == WICKED
        assert page.find("script", type="application/ld+json").string.isprintable()


class TestPages:
    def test_the_province_is_the_site(self, house):
        assert read(f"{PROVINCE}/")[1] == {
            "WebSite": {
                "@type": "WebSite",
                "name": "Lapau Sumbar: wisata dan produk UMKM",
                "url": f"{PROVINCE}/",
                "inLanguage": "id",
            }
        }

    def test_a_region_lies_in_the_province(self, house):
        things = read(f"{BUKITTINGGI}/en/")[1]
        assert things == {
            "TouristDestination": {
                "@type": "TouristDestination",
                "name": "Bukittinggi",
                "description": "Tagline",
                "url": f"{BUKITTINGGI}/en/",
                "containedInPlace": {"@type": "AdministrativeArea", "name": "Sumatera Barat", "url": f"{PROVINCE}/en/"},
            }
        }

    def test_a_place_says_where_it_is_and_nothing_that_nobody_knows(self, house):
        things = read(f"{BUKITTINGGI}/tempat/jam-gadang/")[1]
        assert things["TouristAttraction"] == {
            "@type": "TouristAttraction",
            "name": "Jam Gadang",
            "description": "Menara jam ikon Bukittinggi.",
            "url": f"{BUKITTINGGI}/tempat/jam-gadang/",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": "Bukittinggi",
                "addressRegion": "Sumatera Barat",
                "addressCountry": "ID",
            },
            "geo": {"@type": "GeoCoordinates", "latitude": -0.305, "longitude": 100.369},
        }
        assert [name for _number, name, _url in way(things["BreadcrumbList"])] == [
            "Sumatera Barat", "Bukittinggi", "Tempat", "Jam Gadang",
        ]  # fmt: skip

    def test_each_coming_date_is_an_event_with_its_state(self, house):
        start = NOW + timedelta(days=3)
        event = services.create_event_page(
            home=house.bukittinggi,
            slug="saluang",
            name="Saluang",
            facts={"name_en": "Flute", "venue": house.row(house.jam_gadang), "organiser": "Sanggar"},
            occurrences=[
                {"starts_at": start, "ends_at": start + timedelta(hours=2)},
                {"starts_at": start + timedelta(days=7), "status": OccurrenceStatus.CANCELLED},
            ],
            now=NOW,
        )
        page, _last = read(event.full_url)
        events = json.loads(page.find("script", type="application/ld+json").string)["@graph"][:-1]
        assert [(row["startDate"], row.get("endDate"), row["eventStatus"].rpartition("/")[2]) for row in events] == [
            ("2026-11-25T10:00:00+07:00", "2026-11-25T12:00:00+07:00", "EventScheduled"),
            ("2026-12-02T10:00:00+07:00", None, "EventCancelled"),
        ]
        assert (events[0]["name"], events[0]["organizer"]) == ("Saluang", {"@type": "Organization", "name": "Sanggar"})
        assert (events[0]["location"]["name"], events[0]["location"]["geo"]["latitude"]) == ("Jam Gadang", -0.305)

    def test_a_trip_names_its_stops_and_a_story_its_writer(self, house):
        place = house.row(house.jam_gadang)
        trip = services.create_trip_page(
            home=house.bukittinggi, slug="sehari", name="Sehari", facts={"name_en": "A day", "days": 1},
            stops=[{"destination": place}], now=NOW,
        )  # fmt: skip
        story = services.create_story_page(
            home=house.province, words_id=Words("Kisah", slug="kisah"), words_en=Words("Story"), byline="Rina", now=NOW
        )
        assert read(trip.full_url)[1]["TouristTrip"]["itinerary"]["itemListElement"] == [
            {"@type": "ListItem", "position": 1, "name": "Jam Gadang", "url": f"{BUKITTINGGI}/tempat/jam-gadang/"}
        ]
        article = read(story.full_url)[1]["Article"]
        assert (article["headline"], article["author"]) == ("Kisah", {"@type": "Person", "name": "Rina"})
        assert article["datePublished"] == article["dateModified"] == "2026-11-22T10:00:00+07:00"

    def test_a_shop_is_a_store(self, house, shop):
        page, things = read(f"{PROVINCE}/toko/sanjai/")
        assert things == {
            "Store": {
                "@type": "Store",
                "name": "Sanjai Ibu",
                "url": f"{PROVINCE}/toko/sanjai/",
                "address": {
                    "@type": "PostalAddress",
                    "streetAddress": "Jalan Pasar 1",
                    "addressLocality": "Kota Padang",
                    "addressCountry": "ID",
                },
            }
        }
        assert meta(page, "og:description") == "Sanjai Ibu"


def test_stars_are_told_once_somebody_has_judged():
    row = SimpleNamespace(title="Keripik", description="", category="Makanan", variants=())
    page = {"listing": row, "rating": Rating(average=4.5, count=2), "here": "", "image_here": ""}
    assert linked.listing(page) == {
        "@type": "Product",
        "name": "Keripik",
        "category": "Makanan",
        "aggregateRating": {"@type": "AggregateRating", "ratingValue": 4.5, "reviewCount": 2, "bestRating": 5},
    }


def test_data_is_written_so_that_it_stays_data():
    assert linked.as_json([{"name": "</script><b>&"}]) == (
        '{"@context":"https://schema.org","@graph":[{"name":"\\u003C/script\\u003E\\u003Cb\\u003E\\u0026"}]}'
    )

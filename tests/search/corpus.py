"""A handful of things to find, for the contract of both engines."""

from dataclasses import replace
from datetime import date

from search.analysis.analyzer import Analyzer, Names
from search.documents.content import ANY_DAY, Content, Words
from search.documents.entry import entry
from search.engines.contract import Operation, SearchRequest
from search.results import Kind

ANALYZER = Analyzer(
    Names.of(
        [
            "Kota Bukittinggi",
            "Kabupaten Agam",
            "Kota Padang",
            "Maninjau",
            "Danau Maninjau",
            "Jam Gadang",
            "Ngarai Sianok",
        ]
    )
)
SATURDAY, SUNDAY = date(2026, 11, 28), date(2026, 11, 29)
BUKITTINGGI, AGAM, PADANG = "13.75", "13.06", "13.71"
JAM_GADANG_POSITION = (-0.3052, 100.3692)


def place(title: str, english: str, region: str, region_name: str, category: str, **more: object) -> Content:
    values = {
        "link": f"/x/{title}/",
        "region": region,
        "region_name": region_name,
        "category": category,
        "days": (ANY_DAY,),
    }
    return Content(kind=Kind.DESTINATION, title=Words(title, english), places=(region_name,), **(values | more))  # type: ignore[arg-type]


def goods(title: str, english: str, region_name: str, price: int, **more: object) -> Content:
    values = {
        "link": f"/produk/{title}/",
        "category": "makanan",
        "category_name": Words("Makanan", "Food"),
        "price": price,
    }
    return Content(kind=Kind.GOODS, title=Words(title, english), places=(region_name,), **(values | more))  # type: ignore[arg-type]


CONTENTS: dict[str, Content] = {
    "destination:1": place(
        "Jam Gadang",
        "Gadang Clock Tower",
        BUKITTINGGI,
        "Kota Bukittinggi",
        "LANDMARK",
        lat=-0.3052,
        lon=100.3692,
        popularity=3.0,
    ),
    "destination:2": place(
        "Danau Maninjau",
        "Lake Maninjau",
        AGAM,
        "Kab. Agam",
        "DANAU",
        lat=-0.317,
        lon=100.19,
        summary=Words("Danau kaldera di Tanjung Raya"),
    ),
    "destination:3": place(
        "Air Terjun Lembah Anai",
        "Anai Valley Waterfall",
        "13.04",
        "Kab. Tanah Datar",
        "AIR_TERJUN",
        lat=-0.484,
        lon=100.338,
        badge="closed",
    ),
    "destination:4": place(
        "Pantai Padang (Taplau)", "Padang Beach", PADANG, "Kota Padang", "PANTAI", lat=-0.948, lon=100.353
    ),
    "destination:5": place(
        "Ngarai Sianok", "Sianok Canyon", BUKITTINGGI, "Kota Bukittinggi", "LEMBAH", lat=-0.311, lon=100.361
    ),
    "listing:1": goods(
        "Rendang daging kemasan", "Beef rendang", "Kota Padang", 120_000, region=PADANG, shop="Dapur Amai", shop_id=1
    ),
    "listing:2": goods(
        "Kerupuk kulit", "Skin crackers", "Kota Bukittinggi", 24_000, region=BUKITTINGGI, shop="Sanjai Uni", shop_id=2
    ),
    "listing:3": goods(
        "Keripik balado", "Chilli crisps", "Kota Padang", 30_000, region=PADANG, shop="Sanjai Uni", shop_id=2
    ),
    "listing:4": goods(
        "Kain songket Silungkang",
        "Silungkang songket cloth",
        "Sawahlunto",
        850_000,
        region="13.73",
        category="tenun",
        category_name=Words("Tenun", "Weaving"),
    ),
    "listing:5": Content(
        kind=Kind.TICKET,
        title=Words("Tiket Danau Maninjau", "Lake Maninjau ticket"),
        link="/tiket/maninjau/",
        region=AGAM,
        region_name="Kab. Agam",
        places=("Kab. Agam", "Danau Maninjau"),
        category="tiket-masuk",
        price=10_000,
        days=(SATURDAY.isoformat(),),
        lat=-0.317,
        lon=100.19,
    ),
    "shop:1": Content(
        kind=Kind.SHOP,
        title=Words("Dapur Amai"),
        link="/toko/amai/",
        region=PADANG,
        region_name="Kota Padang",
        places=("Kota Padang",),
    ),
}


def operation(key: str, version: int, content: Content | None) -> Operation:
    return Operation(key, version, entry(content, ANALYZER) if content else None)


def all_operations() -> list[Operation]:
    return [operation(key, 1, content) for key, content in CONTENTS.items()]


def ask(q: str = "", **more: object) -> SearchRequest:
    return replace(SearchRequest(query=ANALYZER.query(q)), **more)  # type: ignore[arg-type]

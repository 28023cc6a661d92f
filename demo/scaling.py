"""Many generated listings, for benchmarks: the same every time, made in bulk, and indexed like any other."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from demo import files
from demo.goods import SHELVES, WORDS, load_categories
from marketplace.inventory.services import GoodsRow, import_goods
from marketplace.shops.models import Shop

SEED = 20261122
THOUSAND = 1000


def add_listings(*, thousands: int, now: datetime) -> Iterator[int]:
    """Add so many thousand goods to the makers' shops, a thousand at a time; yields how many there are so far."""
    chance = random.Random(SEED)
    categories = load_categories()
    kinds = files.rows("goods_sumbar.csv")
    shops = list(Shop.objects.filter(kind="UMKM", is_sample=True).order_by("pk").values_list("pk", flat=True))
    for batch in range(thousands):
        rows = []
        for number in range(THOUSAND):
            kind = chance.choice(kinds)
            shelf = SHELVES[kind["category"]]
            suffix_id, suffix_en, text_id, text_en = chance.choice(WORDS)
            serial = batch * THOUSAND + number + 1
            rows.append(
                GoodsRow(
                    shop_id=chance.choice(shops),
                    category_id=categories[kind["category"]].pk,
                    slug=f"contoh-{serial}",
                    title_id=f"{kind['name_id']}{suffix_id} {kind['place']} {serial}",
                    title_en=f"{kind['name_en']}{suffix_en} {kind['place']} {serial}",
                    description_id=text_id.format(place=kind["place"]),
                    description_en=text_en.format(place=kind["place"]),
                    price=round(shelf.price * chance.uniform(0.6, 2.2) / 500) * 500,
                    stock=chance.randint(0, 60),
                    published_at=now - timedelta(days=chance.randint(0, 400)),
                )
            )
        import_goods(rows=rows, is_sample=True, now=now)
        yield (batch + 1) * THOUSAND

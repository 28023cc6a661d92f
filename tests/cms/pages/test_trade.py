"""Which few of many listings a page shows."""

from datetime import date

from cms.pages.trade import varied
from marketplace.inventory.queries import ListingCard

DAY = date(2026, 11, 22)


def card(number, region, shop, *, sold_out=False):
    return ListingCard(
        id=number,
        kind="GOODS",
        kind_label="produk",
        url_path=f"/produk/{number}/",
        title=str(number),
        category="",
        shop_name=shop,
        region_code=region,
        region_name=region,
        region_slug=region,
        place="",
        price_from=1_000,
        price_is_from=False,
        picture=None,
        is_sample=True,
        sold_out=sold_out,
        closed_reason="",
    )


MANY = [
    card(1, "13.71", "A"),
    card(2, "13.71", "B"),
    card(3, "13.71", "A"),
    card(4, "13.75", "C", sold_out=True),
    card(5, "13.75", "C"),
]


def test_the_province_shows_each_region_before_any_twice():
    chosen = varied(MANY, None, limit=3, day=DAY)
    assert sorted(listing.region_code for listing in chosen[:2]) == ["13.71", "13.75"]
    assert len(chosen) == 3


def test_a_region_shows_each_seller_before_any_twice():
    assert sorted(listing.shop_name for listing in varied(MANY[:3], "13.71", limit=2, day=DAY)) == ["A", "B"]


def test_what_is_sold_out_comes_last():
    ids = [listing.id for listing in varied(MANY, None, limit=5, day=DAY)]
    assert ids.index(4) > ids.index(5)


def test_the_first_turns_with_the_days_and_nothing_is_shown_of_nothing():
    assert {varied(MANY, None, limit=1, day=date(2026, 11, day))[0].region_code for day in (22, 23)} == {
        "13.71",
        "13.75",
    }
    assert varied([], None, limit=3, day=DAY) == []

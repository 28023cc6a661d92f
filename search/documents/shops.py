"""Shops as documents."""

from collections.abc import Iterable, Mapping, Sequence

from marketplace.shops.models import Shop
from search.documents.content import Content, Words
from search.documents.places import line, names_of
from search.documents.sources import Source, own_key
from search.results import Kind

SHOP = 0.3


def load(ids: Sequence[int]) -> Mapping[int, Content]:
    """Shops that sell."""
    rows = (
        Shop.objects.open()
        .filter(pk__in=ids)
        .select_related("region", "village__parent__parent")
        .defer(
            "region__boundary", "village__boundary", "village__parent__boundary", "village__parent__parent__boundary"
        )
    )
    return {row.pk: content(row) for row in rows}


def content(row: Shop) -> Content:
    """A shop whose region and village are loaded."""
    where = line(row.village.name if row.village else "", row.region.short_name)
    return Content(
        kind=Kind.SHOP,
        title=Words(row.name),
        link=f"/toko/{row.slug}/",
        summary=Words(row.story_id[:200], row.story_en[:200]),
        body=Words(row.story_id, row.story_en),
        region=row.region.code,
        region_name=row.region.short_name,
        place=Words(where, where),
        places=tuple(dict.fromkeys((*names_of(row.village), row.region.name, row.region.short_name))),
        labels=Words("toko umkm", "shop"),
        lat=row.region.latitude,
        lon=row.region.longitude,
        popularity=SHOP,
        created=row.opened_at.isoformat() if row.opened_at else "",
        is_sample=row.is_sample,
    )


def all_ids() -> Iterable[int]:
    """Every shop that sells."""
    return Shop.objects.open().values_list("pk", flat=True)


SOURCE = Source(name="shop", load=load, all_ids=all_ids, topics={"shop.changed": own_key})

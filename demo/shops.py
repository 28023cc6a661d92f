"""Sample sellers: three small businesses in every region, and who sells tickets there. All of it is invented."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.shipping.services import set_rate
from marketplace.shops.models import Shop, ShopKind
from marketplace.shops.services import (
    OPERATOR_ACCOUNT,
    ShopDraft,
    approve_shop,
    keep_merchant_account,
    open_shop,
    sign_agreement,
)
from tourism.regions.models import Region

# A number that nobody can have.
PHONE = "+6280000000000"


@dataclass(frozen=True)
class Seller:
    """One invented seller of every region: how its shop is called, told of, and what delivery costs there (rupiah)."""

    name: str
    story_id: str
    story_en: str
    delivery: int


MAKERS = (
    Seller(
        "Dapur contoh Amai {place}",
        "Usaha rumahan tiga bersaudara. Resep dari nenek, takaran dari timbangan.",
        "Three sisters working from home. The recipes are their grandmother's, the measures are weighed.",
        15_000,
    ),
    Seller(
        "Rumah contoh Etek {place}",
        "Bahan dari tetangga sekitar, dikerjakan dalam jumlah kecil setiap pekan.",
        "Ingredients from the neighbours, made in small batches every week.",
        18_000,
    ),
    Seller(
        "Karya contoh Uda {place}",
        "Bengkel kecil di nagari; yang datang boleh melihat cara membuatnya.",
        "A small workshop in the village; visitors may watch how it is made.",
        20_000,
    ),
)
MENTAWAI_MAKERS = ("Dapur contoh Sipora", "Rumah contoh Siberut", "Karya contoh Tuapejat")
TICKET_SELLERS = {
    "dinas": ("Dinas contoh {place}", ShopKind.DINAS),
    "guide": ("Pemandu contoh {place}", ShopKind.OPERATOR),
    "boat": ("Perahu contoh {place}", ShopKind.OPERATOR),
    "operator": ("Pengelola contoh {place}", ShopKind.OPERATOR),
}


def place_of(region: Region) -> str:
    """A region's name without its kind, for use in names."""
    return region.short_name.removeprefix("Kab. ").removeprefix("Kep. ")


def load_merchant_account() -> None:
    """The operator's account at the simulator, which takes the money of every sample shop."""
    keep_merchant_account(code=OPERATOR_ACCOUNT, legal_owner="BUMD Contoh Sumatera Barat")


def load_makers(region: Region, *, now: datetime) -> list[Shop]:
    """The three small businesses of a region."""
    names = (
        MENTAWAI_MAKERS
        if region.slug == "mentawai"
        else tuple(maker.name.format(place=place_of(region)) for maker in MAKERS)
    )
    return [
        shop(name=name, kind=ShopKind.UMKM, region=region, seller=maker, now=now)
        for name, maker in zip(names, MAKERS, strict=True)
    ]


def load_ticket_seller(kind: str, region: Region, *, now: datetime) -> Shop:
    """Who sells tickets of this kind in a region; a dinas collects its retribusi through the operator by a sample agreement."""
    name, shop_kind = TICKET_SELLERS[kind]
    seller = Seller(
        name,
        "Loket dan pemandu contoh untuk peragaan; bukan usaha sungguhan.",
        "A sample ticket office for the demonstration, not a real business.",
        0,
    )
    made = shop(name=name.format(place=place_of(region)), kind=shop_kind, region=region, seller=seller, now=now)
    if kind == "dinas":
        sign_agreement(
            region_id=region.pk,
            merchant_account_id=made.merchant_account_id,
            number="PKS-CONTOH-000",
            from_date=now.date().replace(month=1, day=1),
            until_date=now.date().replace(year=now.year + 1, month=12, day=31),
        )
    return made


def shop(*, name: str, kind: ShopKind, region: Region, seller: Seller, now: datetime) -> Shop:
    """An open sample shop; a repeat finds it."""
    existing = Shop.objects.filter(name=name, region=region, is_sample=True).first()
    if existing is not None:
        return existing
    draft = ShopDraft(
        name=name,
        region_id=region.pk,
        kind=kind,
        phone=PHONE,
        address="Jl. Contoh No. 0",
        story_id=seller.story_id,
        story_en=seller.story_en,
        is_sample=True,
    )
    opened = open_shop(owner_id=None, draft=draft, now=now)
    approve_shop(shop_id=opened.pk, now=now)
    set_rate(shop_id=opened.pk, amount=seller.delivery, offers_pick_up=True)
    opened.refresh_from_db()
    return opened

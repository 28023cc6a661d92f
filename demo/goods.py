"""Sample goods: every kind of goods of a region, from each of its three makers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.files import File

from demo import files
from marketplace.catalog.models import Category, HalalState, ListingKind, Picture
from marketplace.catalog.services import ListingDraft, PictureChoice, VariantDraft, add_picture
from marketplace.catalog.vocabulary import keep_category
from marketplace.inventory.services import offer_goods
from marketplace.shops.models import Shop


@dataclass(frozen=True)
class Shelf:
    """A category: its names, price of the first size (rupiah), grams, and whether it is food."""

    name_id: str
    name_en: str
    price: int
    grams: int
    is_food: bool = False


SHELVES = {
    "makanan_siap": Shelf("Makanan siap saji", "Ready meals", 68_000, 300, is_food=True),
    "makanan_kering": Shelf("Keripik dan makanan kering", "Crisps and dry food", 24_000, 280, is_food=True),
    "makanan_basah": Shelf("Kue dan penganan", "Cakes and sweets", 32_000, 550, is_food=True),
    "bumbu": Shelf("Bumbu", "Spices", 28_000, 220, is_food=True),
    "bahan_pangan": Shelf("Bahan pangan", "Staples", 26_000, 550, is_food=True),
    "minuman": Shelf("Minuman", "Drinks", 22_000, 700, is_food=True),
    "kopi_teh": Shelf("Kopi dan teh", "Coffee and tea", 58_000, 220, is_food=True),
    "madu_herbal": Shelf("Madu dan minyak", "Honey and oils", 75_000, 350, is_food=True),
    "tenun_songket": Shelf("Tenun dan songket", "Weaving and songket", 480_000, 350),
    "sulaman_bordir": Shelf("Sulaman dan bordir", "Embroidery", 265_000, 400),
    "batik": Shelf("Batik", "Batik", 185_000, 300),
    "anyaman": Shelf("Anyaman", "Weaving of reed and rattan", 65_000, 400),
    "ukiran_kayu": Shelf("Ukiran kayu", "Wood carving", 145_000, 900),
    "perak": Shelf("Perak", "Silver", 325_000, 60),
    "kulit": Shelf("Barang kulit", "Leather", 175_000, 600),
    "gerabah": Shelf("Gerabah", "Pottery", 55_000, 1200),
    "cenderamata": Shelf("Cenderamata", "Souvenirs", 45_000, 250),
}
WORDS = (
    (
        "",
        "",
        "Dibuat {place}, dalam jumlah kecil. Nama, harga, dan toko ini contoh.",
        "Made in {place}, in small batches. Name, price and shop are samples.",
    ),
    (
        " pilihan",
        ", selected",
        "Dipilih satu per satu sebelum dikemas di {place}. Nama, harga, dan toko ini contoh.",
        "Selected one by one before packing in {place}. Name, price and shop are samples.",
    ),
    (
        " buatan tangan",
        ", handmade",
        "Dikerjakan dengan tangan di {place}, menunggu giliran bila ramai. Nama, harga, dan toko ini contoh.",
        "Made by hand in {place}; in busy weeks there is a queue. Name, price and shop are samples.",
    ),
)
FIRST_STOCK = (24, 12, 6)


def load_categories() -> dict[str, Category]:
    """The shelves of the marketplace, goods and tickets."""
    goods = {
        slug: keep_category(
            slug=slug.replace("_", "-"), name_id=shelf.name_id, name_en=shelf.name_en, kind=ListingKind.GOODS
        )
        for slug, shelf in SHELVES.items()
    }
    dated = {
        ListingKind.ADMISSION: keep_category(
            slug="tiket-masuk", name_id="Tiket masuk", name_en="Admission", kind=ListingKind.ADMISSION
        ),
        ListingKind.TOUR: keep_category(
            slug="tur", name_id="Tur dan kegiatan", name_en="Tours and activities", kind=ListingKind.TOUR
        ),
        ListingKind.FACILITY: keep_category(slug="sewa", name_id="Sewa", name_en="Rentals", kind=ListingKind.FACILITY),
    }
    return goods | {str(kind): category for kind, category in dated.items()}


class Pictures:
    """The drawings as catalog pictures, each kept once, handed out in turn by motif."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.kept: dict[str, Picture] = {}
        self.turns: dict[str, int] = {}

    def next_of(self, motif: str) -> Picture:
        """The next drawing of a motif."""
        names = files.drawings_of(motif)
        turn = self.turns.get(motif, 0)
        self.turns[motif] = turn + 1
        return self.named(names[turn % len(names)])

    def named(self, name: str) -> Picture:
        """The drawing of this name."""
        if name not in self.kept:
            path = files.drawing(name)
            with path.open("rb") as file:
                self.kept[name] = add_picture(upload=File(file, name=path.name), is_sample=True, now=self.now)
        return self.kept[name]


def load_goods(
    *, shops: dict[str, list[Shop]], categories: dict[str, Category], pictures: Pictures, now: datetime
) -> Iterator[str]:
    """Offer every kind of goods of each region from each of its makers; yields each title as it is done.

    :param shops: the makers by region code.
    """
    for row in files.rows("goods_sumbar.csv"):
        shelf = SHELVES[row["category"]]
        for turn, shop in enumerate(shops[row["region_code"]]):
            suffix_id, suffix_en, text_id, text_en = WORDS[turn]
            sizes = [size.strip() for size in row["sold_as"].split(";")]
            # No picture is better than a wrong one: the page then shows the region's cloth.
            shown = [pictures.next_of(row["drawing"])] if row["drawing"] else []
            draft = ListingDraft(
                kind=ListingKind.GOODS,
                category_id=categories[row["category"]].pk,
                title_id=row["name_id"] + suffix_id,
                title_en=row["name_en"] + suffix_en,
                description_id=text_id.format(place=f"di {row['place']}" if turn == 0 else row["place"]),
                description_en=text_en.format(place=row["place"]),
                variants=[
                    VariantDraft(name_id=size, name_en=size, price=price_of(shelf, step, turn))
                    for step, size in enumerate(sizes)
                ],
                weight_grams=shelf.grams,
                halal_state=HalalState.IN_PROCESS if shelf.is_food else HalalState.NOT_FOOD,
                permit_number="P-IRT CONTOH 000" if shelf.is_food else "",
                is_sample=True,
            )
            offer_goods(
                shop_id=shop.pk,
                draft=draft,
                stock=[FIRST_STOCK[turn]] * len(sizes),
                pictures=[
                    PictureChoice(picture_id=picture.pk, alt_id=row["name_id"], alt_en=row["name_en"])
                    for picture in shown
                ],
                now=now,
            )
            yield draft.title_id


def price_of(shelf: Shelf, step: int, turn: int) -> int:
    """A plausible invented price: bigger sizes cost more, makers differ a little; whole five hundreds."""
    price = shelf.price * (100 + 85 * step) * (100 + 8 * turn) // 10_000
    return round(price / 500) * 500

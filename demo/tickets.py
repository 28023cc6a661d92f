"""Sample tickets: days, slots and prices of places where selling them harms nobody. All prices are invented."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from demo import files
from demo.goods import Pictures
from demo.shops import load_ticket_seller
from foundation.clock import day_of
from marketplace.catalog.models import Audience, Category, ChargeKind, ListingKind
from marketplace.catalog.pricing import set_dated_price
from marketplace.catalog.services import ListingDraft, PictureChoice, VariantDraft, create_listing, set_pictures
from marketplace.inventory.services import ScheduleDraft, open_slots, set_schedules
from marketplace.tickets.gates import set_up_gate
from tourism.destinations.models import Destination

DAYS_AHEAD = 60
OPENS = time(8, 0)
MOTIFS = {
    "PANTAI": "pantai",
    "PULAU": "pulau",
    "DANAU": "danau",
    "AIR_TERJUN": "air-terjun",
    "GUNUNG": "gunung",
    "BUKIT_PANORAMA": "ngarai",
    "LEMBAH_NGARAI": "ngarai",
    "GOA": "hutan",
    "SUNGAI_PEMANDIAN": "hutan",
    "GEOPARK": "ngarai",
    "TAMAN_NASIONAL": "hutan",
    "TAMAN": "hutan",
    "TAMAN_SATWA": "hutan",
    "TAMAN_HIBURAN": "kota",
    "MUSEUM": "rumah-gadang",
    "SEJARAH": "tambang-kota-tua",
    "KOTA_TUA": "tambang-kota-tua",
    "LANDMARK_KOTA": "kota",
    "BUDAYA": "rumah-gadang",
    "RELIGI": "masjid",
    "DESA_WISATA": "sawah",
    "JALAN_PANORAMA": "gunung",
}
MENTAWAI_MOTIF = "pulau-mentawai-ombak"
# Places whose category's drawing would show something else: another town's tower, a mine, a horned roof.
MOTIFS_OF_PLACES = {
    "benteng-fort-de-kock": "kota",
    "benteng-van-der-capellen": "gunung",
    "bendung-irigasi-batang-hari": "danau",
    "candi-padang-roco": "hutan",
    "candi-pulau-sawah": "hutan",
    "jembatan-akar-bayang": "hutan",
    "jembatan-siti-nurbaya": "pulau",
    "kota-tua-padang": "pulau",
    "lobang-jepang-bukittinggi": "ngarai",
    "minang-fantasy": "gunung",
    "monumen-ratapan-ibu": "sawah",
    "museum-goedang-ransoem": "tambang-kota-tua",
    "museum-kelahiran-buya-hamka": "danau",
    "museum-kereta-api-sawahlunto": "tambang-kota-tua",
    "prasasti-batu-batikam": "sawah",
    "pulau-belibis": "danau",
    "situs-menhir-maek": "sawah",
    "tugu-khatulistiwa-dan-museum-tuanku-imam-bonjol": "gunung",
}
TERMS_ID = (
    "Harga contoh, bukan tarif resmi.\nBisa dikembalikan penuh bila tempat ditutup.\nDatang 15 menit sebelum jam Anda."
)
TERMS_EN = "Sample price, not an official tariff.\nFully refunded if the place closes.\nPlease come 15 minutes before your time."


def motif_of(*, slug: str, category: str, region_code: str) -> str:
    """The drawing that fits a place; Mentawai has its own."""
    if slug in MOTIFS_OF_PLACES:
        return MOTIFS_OF_PLACES[slug]
    if region_code == "13.09":
        return {"AIR_TERJUN": "hutan", "TAMAN_NASIONAL": "uma"}.get(category, MENTAWAI_MOTIF)
    return MOTIFS[category]


def load_tickets(*, categories: dict[str, Category], pictures: Pictures, now: datetime) -> Iterator[str]:
    """Offer the tickets of the data file with two months of slots; yields each title as it is done."""
    places = {place.slug: place for place in Destination.objects.select_related("region")}
    for row in files.rows("tickets.csv"):
        place = places[row["destination"]]
        shop = load_ticket_seller(row["operator"], place.region, now=now)
        kind = ListingKind(row["kind"])
        listing = create_listing(
            shop_id=shop.pk,
            draft=ListingDraft(
                kind=kind,
                category_id=categories[str(kind)].pk,
                destination_id=place.pk,
                title_id=row["title_id"],
                title_en=row["title_en"],
                description_id=row["intro_id"],
                description_en=row["intro_en"],
                terms_id=TERMS_ID,
                terms_en=TERMS_EN,
                variants=list(audiences(row)),
                most_per_order=10,
                is_sample=True,
            ),
            now=now,
        )
        if row["weekend"]:
            adult = listing.variants.get(audience=Audience.ADULT)
            set_dated_price(variant_id=adult.pk, weekdays="67", price=int(row["weekend"]), now=now)
        picture = pictures.next_of(motif_of(slug=place.slug, category=place.category, region_code=place.region.code))
        set_pictures(
            listing_id=listing.pk,
            pictures=[PictureChoice(picture_id=picture.pk, alt_id=place.name, alt_en=place.name)],
            now=now,
        )
        today = day_of(now)
        set_schedules(listing_id=listing.pk, schedules=list(schedules(row, today)))
        open_slots(listing_id=listing.pk, from_date=today, until_date=today + timedelta(days=DAYS_AHEAD), now=now)
        set_up_gate(shop_id=shop.pk, name=f"Gerbang {place.name}"[:120], listing_ids=[listing.pk])
        yield row["title_id"]


def audiences(row: dict[str, str]) -> Iterator[VariantDraft]:
    """Adult, child and foreign visitor, where the file gives a price."""
    charge = ChargeKind(row["charge"])
    rules = {
        "adult": (Audience.ADULT, "Dewasa", "Adult", "13 tahun ke atas", "13 years and older"),
        "child": (
            Audience.CHILD,
            "Anak",
            "Child",
            "4 sampai 12 tahun, bersama orang dewasa",
            "4 to 12 years, with an adult",
        ),
        "foreign": (
            Audience.FOREIGN,
            "Wisatawan mancanegara",
            "Foreign visitor",
            "Dengan paspor negara lain",
            "With a foreign passport",
        ),
    }
    for column, (audience, name_id, name_en, rule_id, rule_en) in rules.items():
        if row[column]:
            yield VariantDraft(
                price=int(row[column]),
                name_id=name_id,
                name_en=name_en,
                audience=audience,
                audience_rule_id=rule_id,
                audience_rule_en=rule_en,
                charge_kind=charge,
            )


def schedules(row: dict[str, str], today: date) -> Iterator[ScheduleDraft]:
    """One schedule per start of the file, or one all day; places are per slot."""
    length = timedelta(hours=float(row["hours"]))
    starts: list[time | None] = [time.fromisoformat(start) for start in row["starts"].split(";") if start] or [None]
    for start in starts:
        begin = datetime.combine(today, start or OPENS)  # the day only carries the sum
        yield ScheduleDraft(
            starts=begin.time() if start else None,
            ends=(begin + length).time(),
            capacity=int(row["places"]),
            from_date=today,
        )

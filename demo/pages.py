"""The sample province's pages: homes, 86 places, events, stories, trips. Facts that nobody checked stay unknown."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from cms.branding.services import load_brands
from cms.media.models import Image
from cms.media.services import make_renditions
from cms.pages.models import DestinationPage, ProvinceHome, RegionHome
from cms.pages.services import (
    HomeWords,
    Words,
    create_destination_page,
    create_event_page,
    create_info_page,
    create_story_page,
    create_trip_page,
    set_home_content,
)
from cms.tenancy.services import create_province_site, create_region_site
from demo import files
from demo.images import Drawings
from demo.tickets import motif_of
from foundation.clock import WIB, day_of
from tourism.destinations import services as destinations
from tourism.destinations.facts import Category, ClosureKind, CoordinatePrecision
from tourism.destinations.models import Closure, Destination
from tourism.hazards import services as hazards
from tourism.hazards.models import HazardNotice, HazardSource, Severity
from tourism.regions.models import Region

CLOSED = ("gunung-marapi", "gunung-singgalang", "gunung-tandikat", "gunung-sago")
PROVINCE_DRAWING = "rumah-gadang"
CAUTION = ("air-terjun-lembah-anai",)
NEWS_ID, NEWS_EN = "Ditutup menurut berita 2025-2026; periksa", "Closed according to news of 2025-2026; please check"


def regencies() -> list[Region]:
    """The kabupaten and kota, in the order of their codes."""
    return list(Region.objects.filter(level="REGENCY").order_by("code"))


def load_sites(*, now: datetime) -> Iterator[str]:
    """The province's site and one for each kabupaten and kota, each with its brand."""
    create_province_site(now=now, title_id="Sumatera Barat", title_en="West Sumatra", is_sample=True)
    for region in regencies():
        create_region_site(code=region.code, is_sample=True, now=now)
        yield region.name
    load_brands(brands=files.document("brands.json"), now=now)


def homes() -> dict[str, RegionHome]:
    """The Indonesian home of each region, by code."""
    return {
        home.region.code: home
        for home in RegionHome.objects.filter(locale__language_code="id").select_related("region", "locale")
    }


def upload_first_views(drawings: Drawings) -> None:
    """The pictures at the head of the province's and the regions' pages; the province's in all its sizes at once."""
    first = Image.objects.get(pk=drawings.named(PROVINCE_DRAWING))
    make_renditions(images=[first])
    for row in files.document("homes.json"):
        drawings.named(row["art"])


def load_places(drawings: Drawings, *, now: datetime) -> Iterator[str]:
    """The destinations of the data file, in both languages."""
    home_of = homes()
    for row in files.document("destinations_sumbar.json")["destinations"]:
        create_destination_page(
            home=home_of[row["kab_kota_code"]],
            slug=row["slug"],
            name=row["name"],
            facts=facts_of(row),
            picture_id=drawings.next_of(
                motif_of(slug=row["slug"], category=row["category"].upper(), region_code=row["kab_kota_code"])
            ),
            is_sample=True,
            now=now,
        )
        yield row["name"]


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """What the file knows of a place; hours, prices and phones are not known and stay so."""
    return {
        "category": Category(row["category"].upper()),
        "latitude": row["lat"],
        "longitude": row["lon"],
        "coordinate_precision": CoordinatePrecision.SITE
        if row["coord_precision"] == "site"
        else CoordinatePrecision.APPROXIMATE,
        "also_in_codes": row["also_in"],
        "summary_id": row["facts_id"],
        "summary_en": row["facts_en"],
        "hazard_id": "Gunung api; ikuti rekomendasi PVMBG" if row["hazard"] == "volcano" else "",
        "hazard_en": "Volcano; follow the advice of PVMBG" if row["hazard"] == "volcano" else "",
        "is_world_heritage": row["unesco_world_heritage"],
    }


def load_closures(*, now: datetime) -> None:
    """The mountains that news reported closed, and the waterfall whose road should be asked about."""
    if Closure.objects.exists():
        return
    places = dict(Destination.objects.filter(slug__in=CLOSED + CAUTION).values_list("slug", "pk"))
    destinations.close(
        destination_ids=[places[slug] for slug in CLOSED],
        starts_at=now,
        ends_at=None,
        reason_id=NEWS_ID,
        reason_en=NEWS_EN,
        declared_by_id=None,
        now=now,
    )
    destinations.close(
        destination_ids=[places[slug] for slug in CAUTION],
        starts_at=now,
        ends_at=None,
        reason_id="Periksa kondisi",
        reason_en="Check conditions first",
        kind=ClosureKind.CAUTION,
        declared_by_id=None,
        now=now,
    )


def load_notice(*, now: datetime) -> None:
    """One standing notice: the volcano that everybody asks about."""
    if HazardNotice.objects.exists():
        return
    marapi = Destination.objects.get(slug="gunung-marapi")
    hazards.declare(
        source=HazardSource.MANUAL,
        severity=Severity.WARNING,
        title_id="Gunung Marapi: ikuti rekomendasi PVMBG",
        text_id="Gunung api aktif. Jalur pendakian dibuka hanya bila PVMBG mengizinkan.",
        title_en="Mount Marapi: follow the advice of PVMBG",
        text_en="An active volcano. Its trails open only when PVMBG allows it.",
        destination_ids=[marapi.pk],
        effective_at=now,
        expires_at=None,
        now=now,
    )


def load_events(drawings: Drawings, *, now: datetime) -> Iterator[str]:
    """Sample events in the weeks to come; their days count from today."""
    home_of, today = homes(), day_of(now)
    for row in files.document("events.json"):
        days = [today + timedelta(days=row["in_days"] + number) for number in range(row["days"])]
        begins, ends = (time.fromisoformat(row[name].replace(".", ":")) for name in ("from", "until"))
        create_event_page(
            home=home_of[row["region"]],
            slug=row["slug"],
            name=row["title_id"],
            facts={
                "name_en": row["title_en"],
                "summary_id": row["summary_id"],
                "summary_en": row["summary_en"],
                "venue": Destination.objects.get(slug=row["destination"]),
                "organiser": "Panitia contoh",
                "admission_id": row["admission_id"],
                "admission_en": row["admission_en"],
            },
            occurrences=[
                {"starts_at": datetime.combine(day, begins, WIB), "ends_at": datetime.combine(day, ends, WIB)}
                for day in days
            ],
            picture_id=drawings.named(row["art"]),
            is_sample=True,
            now=now,
        )
        yield row["title_id"]


def load_stories(drawings: Drawings, *, now: datetime) -> Iterator[str]:
    """Sample stories in both languages."""
    home_of = homes()
    for row in files.document("stories.json"):
        words = {
            language: Words(
                title=row[f"title_{language}"],
                slug=row["slug"] if language == "id" else "",
                lead=row[f"intro_{language}"],
                body=[("text", "".join(f"<p>{paragraph}</p>" for paragraph in row[f"body_{language}"]))],
                description=row[f"intro_{language}"],
            )
            for language in ("id", "en")
        }
        create_story_page(
            home=home_of[row["region"]],
            words_id=words["id"],
            words_en=words["en"],
            byline="Redaksi contoh",
            picture_id=drawings.named(row["art"]),
            is_sample=True,
            now=now,
        )
        yield row["title_id"]


def load_trips(drawings: Drawings, *, now: datetime) -> Iterator[str]:
    """Sample trips: places in order, with the minutes at each."""
    home_of = homes()
    places = {place.slug: place for place in Destination.objects.all()}
    for row in files.document("trips.json"):
        create_trip_page(
            home=home_of[row["region"]],
            slug=row["slug"],
            name=row["title_id"],
            facts={
                "name_en": row["title_en"],
                "summary_id": row["summary_id"],
                "summary_en": row["summary_en"],
                "days": max(stop["day"] for stop in row["stops"]),
            },
            stops=[
                {"day": stop["day"], "destination": places[stop["place"]], "minutes": stop["minutes"]}
                for stop in row["stops"]
            ],
            picture_id=drawings.named(row["art"]),
            is_sample=True,
            now=now,
        )
        yield row["title_id"]


def load_homes(drawings: Drawings, *, now: datetime) -> Iterator[str]:
    """What stands on the first pages: a picture, a line, and three things to do in each region."""
    province = ProvinceHome.objects.get(locale__language_code="id")
    set_home_content(
        home=province,
        words_id=HomeWords(title="Sumatera Barat", lead="Tempat, tiket, dan buatan tangan dari 19 kabupaten dan kota"),
        words_en=HomeWords(
            title="West Sumatra", lead="Places, tickets and handmade goods from 19 regencies and cities"
        ),
        picture_id=drawings.named(PROVINCE_DRAWING),
        now=now,
    )
    for row in files.document("homes.json"):
        home = homes()[row["region"]]
        set_home_content(
            home=home,
            words_id=HomeWords(
                title=home.title, lead=row["lead_id"], things=[thing(item, "id") for item in row["things"]]
            ),
            words_en=HomeWords(
                title=home.title, lead=row["lead_en"], things=[thing(item, "en") for item in row["things"]]
            ),
            picture_id=drawings.named(row["art"]),
            now=now,
        )
        yield home.title


def thing(item: dict[str, str], language: str) -> dict[str, Any]:
    """One thing to do: words and the place it leads to."""
    place = Destination.objects.get(slug=item["place"])
    page = place_page(place, language)
    return {"title": item[f"title_{language}"], "note": item[f"note_{language}"], "page": page, "listing": ""}


def place_page(place: Destination, language: str) -> Any:
    """The page of a place in a language."""
    return DestinationPage.objects.get(translation_key=place.translation_key, locale__language_code=language)


def load_information(*, now: datetime) -> None:
    """The pages that the foot of every page leads to."""
    province = ProvinceHome.objects.get(locale__language_code="id")
    for row in files.document("information.json"):
        words = {
            language: Words(
                title=row[f"title_{language}"],
                slug=row[f"slug_{language}"],
                lead=row[f"lead_{language}"],
                body=[("text", "".join(f"<p>{paragraph}</p>" for paragraph in row[f"body_{language}"]))],
            )
            for language in ("id", "en")
        }
        create_info_page(home=province, words_id=words["id"], words_en=words["en"], is_sample=True, now=now)

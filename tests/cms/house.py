"""A small province with two regions, each with its site, team, brand and one place in both languages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as Drawing

from cms.branding.models import Brand
from cms.media.models import Image, Licence
from cms.pages.models import DestinationPage, ProvinceHome, RegionHome
from cms.pages.services import create_destination_page
from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.services import add_member, create_province_site, create_region_site
from foundation.accounts.models import User
from tourism.destinations.facts import Category
from tourism.destinations.models import Destination
from tourism.regions.models import RegionKind
from tourism.regions.services import RegionRow, load_regions

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)  # Sunday, 10.00 WIB
ROWS = [
    RegionRow("13", "Sumatera Barat", RegionKind.PROVINSI),
    RegionRow("13.75", "Kota Bukittinggi", RegionKind.KOTA, short_name="Bukittinggi", slug="bukittinggi"),
    RegionRow("13.71", "Kota Padang", RegionKind.KOTA, short_name="Padang", slug="padang"),
    RegionRow("13.75.01", "Guguk Panjang", RegionKind.KECAMATAN),
    RegionRow("13.75.01.1001", "Bukit Cangang", RegionKind.KELURAHAN, postal_code="26113"),
]
COLOURS = {
    "paper_light": "#f3f4f3",
    "paper_dark": "#10151a",
    "sheet_light": "#fcfdfd",
    "sheet_dark": "#1a2128",
    "ink_light": "#182129",
    "ink_dark": "#e9eef2",
    "brand_light": "#274b69",
    "brand_dark": "#96c2e0",
    "brand_strong_light": "#16324a",
    "brand_strong_dark": "#bfdcef",
    "on_brand_light": "#f7fafc",
    "on_brand_dark": "#06192a",
    "accent_light": "#a67720",
    "accent_dark": "#e3b75c",
}


@dataclass
class House:
    """What a test finds in it."""

    province: ProvinceHome
    bukittinggi: RegionHome
    padang: RegionHome
    jam_gadang: DestinationPage
    pantai: DestinationPage

    def team(self, code: str) -> RegionTeam:
        """The team of a region."""
        return RegionTeam.objects.get(region__code=code)

    def member(self, code: str, role: Role) -> User:
        """An account with a role in a region."""
        user = User.objects.create_user(
            email=f"{role.lower()}.{code}@contoh.invalid", password="kata-sandi-contoh", first_name="Rina"
        )
        add_member(team=self.team(code), user=user, role=role)
        return user

    @staticmethod
    def row(page: Any) -> Destination:
        """The published row of a page."""
        return Destination.objects.get(translation_key=page.translation_key)

    @staticmethod
    def english(page: Any) -> Any:
        """The English twin of a page."""
        return page.get_translations().get().specific


def picture(title: str = "gambar", **values: Any) -> Image:
    """A small picture whose rights are clear."""
    content = BytesIO()
    Drawing.new("RGB", (800, 600), "#274b69").save(content, "PNG")
    defaults = {"licence": Licence.OWN, "alt_id": "Menara jam", "alt_en": "A clock tower", "is_sample": True}
    content.seek(0)
    return Image.objects.create(title=title, file=ImageFile(content, name=f"{title}.png"), **(defaults | values))


def build() -> None:
    """Build it."""
    load_regions(rows=ROWS, boundaries={}, now=NOW)
    create_province_site(now=NOW, title_id="Sumatera Barat", title_en="West Sumatra")
    for code in ("13.75", "13.71"):
        create_region_site(code=code, now=NOW)
    homes = {
        home.region.code: home
        for home in RegionHome.objects.filter(locale__language_code="id").select_related("region", "locale")
    }
    for home in homes.values():
        Brand.objects.create(region=home.region, tagline_id="Semboyan", tagline_en="Tagline", **COLOURS)
    create_destination_page(
        home=homes["13.75"],
        slug="jam-gadang",
        name="Jam Gadang",
        facts={
            "category": Category.LANDMARK,
            "latitude": -0.305,
            "longitude": 100.369,
            "summary_id": "Menara jam ikon Bukittinggi.",
            "summary_en": "Clock tower and icon of Bukittinggi.",
        },
        body_id=[("text", "<p>Dibangun tahun 1926.</p>")],
        body_en=[("text", "<p>Built in 1926.</p>")],
        is_sample=True,
        now=NOW,
    )
    create_destination_page(
        home=homes["13.71"],
        slug="pantai-rahasia",
        name="Pantai Rahasia Padang",
        facts={"category": Category.BEACH},
        now=NOW,
    )


def visit() -> House:
    """Come to the house that was built, with rows of one's own."""
    homes = {
        home.region.code: home
        for home in RegionHome.objects.filter(locale__language_code="id").select_related("region", "locale")
    }
    places = {
        page.slug: page for page in DestinationPage.objects.filter(locale__language_code="id").select_related("locale")
    }
    return House(
        province=ProvinceHome.objects.get(locale__language_code="id"),
        bukittinggi=homes["13.75"],
        padang=homes["13.71"],
        jam_gadang=places["jam-gadang"],
        pantai=places["pantai-rahasia"],
    )

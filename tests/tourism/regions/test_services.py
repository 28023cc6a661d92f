import pytest

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from tests.cms.house import NOW
from tourism.regions import queries, services
from tourism.regions.models import Region, RegionKind
from tourism.regions.services import RegionRow

pytestmark = pytest.mark.django_db

ROWS = [
    # Children before parents: the order of the file must not matter.
    RegionRow("13.75.01.1001", "Aur Kuning", RegionKind.KELURAHAN, postal_code="26131"),
    RegionRow("13.75.01", "Aur Birugo Tigo Baleh", RegionKind.KECAMATAN),
    RegionRow(
        "13.75", "Kota Bukittinggi", RegionKind.KOTA, short_name="Bukittinggi", slug="bukittinggi", population=141_804
    ),
    RegionRow("13.02", "Kabupaten Solok", RegionKind.KABUPATEN, short_name="Kab. Solok", slug="kab-solok"),
    RegionRow("13", "Sumatera Barat", RegionKind.PROVINSI),
]
SQUARE = {"type": "Polygon", "coordinates": [[[100.0, 0.0], [101.0, 0.0], [101.0, 1.0], [100.0, 0.0]]]}


class TestLoadRegions:
    def test_puts_each_region_under_its_parent(self):
        assert services.load_regions(rows=ROWS, boundaries={"13.75": SQUARE}, now=NOW) == 5

        village = Region.objects.get(code="13.75.01.1001")
        assert [village.level, village.parent.code, village.parent.parent.code] == ["VILLAGE", "13.75.01", "13.75"]
        assert Region.objects.get(code="13.75").boundary == SQUARE

    def test_changes_nothing_more_when_repeated(self):
        services.load_regions(rows=ROWS, boundaries={}, now=NOW)
        before = sorted(Region.objects.values_list("pk", "code", "parent_id"))

        services.load_regions(rows=ROWS, boundaries={}, now=NOW)
        assert sorted(Region.objects.values_list("pk", "code", "parent_id")) == before

    def test_refuses_a_region_without_its_parent_and_writes_nothing(self):
        with pytest.raises(InvalidInput):
            services.load_regions(rows=[RegionRow("13.99.01", "Entah", RegionKind.KECAMATAN)], boundaries={}, now=NOW)
        assert Region.objects.count() == 0
        assert Event.objects.count() == 0


class TestQueries:
    @pytest.fixture(autouse=True)
    def _loaded(self):
        services.load_regions(rows=ROWS, boundaries={"13.75": SQUARE}, now=NOW)

    def test_lists_regencies_by_name_in_one_query(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert [(card.code, card.slug, card.short_name) for card in queries.regencies()] == [
                ("13.75", "bukittinggi", "Bukittinggi"),
                ("13.02", "kab-solok", "Kab. Solok"),
            ]

    def test_finds_a_village_by_postal_code_with_its_whole_address(self):
        found = queries.find_places("2613")
        assert [(place.code, str(place)) for place in found] == [
            ("13.75.01.1001", "Aur Kuning, Aur Birugo Tigo Baleh, Kota Bukittinggi 26131")
        ]

    @pytest.mark.parametrize("text", ["kuning bukittinggi", "AUR kuning", "birugo kuning"])
    def test_finds_a_village_by_words_of_its_name_and_its_parents(self, text):
        assert [place.name for place in queries.find_places(text)] == ["Aur Kuning"]

    @pytest.mark.parametrize("text", ["aur ku\x00ning", "aur kuning" + " " * 70 + "x" * 100_000])
    def test_looks_only_at_what_can_be_a_name(self, text):
        assert [place.name for place in queries.find_places(text)] == ["Aur Kuning"]

    @pytest.mark.parametrize("text", ["", " a ", "au", "kuning padang", "x" * 100_000])
    def test_finds_nothing_for_too_little_or_the_wrong_words(self, text):
        assert queries.find_places(text) == []

    def test_within_takes_a_region_and_what_lies_in_it_and_no_namesake(self):
        services.load_regions(rows=[RegionRow("13.7", "Bukan", RegionKind.KOTA)], boundaries={}, now=NOW)
        assert sorted(Region.objects.within("13.75").values_list("code", flat=True)) == [
            "13.75",
            "13.75.01",
            "13.75.01.1001",
        ]

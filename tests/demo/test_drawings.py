"""Which drawing stands for what: one that exists, and none that would show something else."""

from demo import files
from demo.images import WORDS
from demo.tickets import MOTIFS, MOTIFS_OF_PLACES, motif_of

# What Kepulauan Mentawai does not have: horned roofs, songket and Minang carving.
MINANG = {"rumah-gadang", "tenun", "ukiran"}


def test_every_place_and_product_names_a_drawing_that_exists() -> None:
    named = {row["drawing"] for row in files.rows("goods_sumbar.csv")} - {""} | set(MOTIFS.values())
    assert sorted(motif for motif in named | set(MOTIFS_OF_PLACES.values()) if not files.drawing(motif).exists()) == []


def test_every_drawing_has_words_for_those_who_cannot_see_it() -> None:
    names = {path.stem for path in files.ART.glob("*.webp")}
    assert names - set(WORDS) == set()
    assert {path.stem.split("-", 2)[2] for path in (files.ART / "variations").glob("*.webp")} - set(WORDS) == set()


def test_every_place_drawn_otherwise_is_a_place() -> None:
    places = {row["slug"] for row in files.document("destinations_sumbar.json")["destinations"]}
    assert set(MOTIFS_OF_PLACES) - places == set()


def test_the_clock_tower_stands_for_its_own_town_only() -> None:
    places = files.document("destinations_sumbar.json")["destinations"]
    drawn = {
        row["slug"]: motif_of(slug=row["slug"], category=row["category"].upper(), region_code=row["kab_kota_code"])
        for row in places
    }
    assert {slug for slug, motif in drawn.items() if motif == "kota"} == {"jam-gadang", "benteng-fort-de-kock"}


def test_mentawai_shows_no_minang_things() -> None:
    shown = {row["drawing"] for row in files.rows("goods_sumbar.csv") if row["region_code"] == "13.09"}
    assert shown & MINANG == set()

"""Words, stems and other names."""

from datetime import date
from pathlib import Path

import pytest

from search.analysis import lists
from search.analysis.analyzer import Analyzer, Around, Names
from search.analysis.fold import fold, words
from search.analysis.guesses import AS_IT_SOUNDS, ONE_SLIP, TWO_SLIPS, WITHOUT_VOWELS, Guesses, sound
from search.analysis.spoken import written_forms
from search.analysis.stems import Stemmer
from search.analysis.vocabulary import Vocabulary, shipped
from search.analysis.wishes import Wishes, taken_out

GOLD = Path(__file__).parent / "stemming_gold.tsv"
NAMES = Names.of(
    [
        "Kota Bukittinggi",
        "Kabupaten Kepulauan Mentawai",
        "Padang Panjang",
        "Koto Gadang",
        "Perkampungan Adat Nagari Sijunjung",
    ]
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(NAMES)


def meant(analyzer: Analyzer, text: str) -> list[list[str]]:
    return [[" ".join(way.words) for way in concept.alternatives] for concept in analyzer.query(text).concepts]


class TestFold:
    def test_lowers_strips_accents_and_drops_apostrophes(self):
        assert fold("Qur'an É Ñ ’ﬁ") == "quran e n fi"

    def test_makes_control_characters_gaps(self):
        assert words("jam\x00gadang\u200b\tpadang\x1b") == ["jam", "gadang", "padang"]

    @pytest.mark.parametrize("typed", ["oleh-oleh", "oleh oleh", "oleh2", "OLEH2", "Oleh-Oleh"])
    def test_writes_a_doubled_word_one_way(self, typed):
        assert words(typed) == ["oleh-oleh"]

    def test_splits_a_hyphen_between_different_words(self):
        assert words("Al-Minangkabawi kota-solok") == ["al", "minangkabawi", "kota", "solok"]

    def test_reads_a_huge_text_only_so_far(self):
        assert len(words("a1 " * 100_000)) == 6_667


class TestStems:
    @pytest.mark.parametrize(("form", "root"), [tuple(line.split("\t")) for line in GOLD.read_text().splitlines()])
    def test_a_form_and_its_root_meet(self, form, root):
        stemmer = Stemmer()
        assert stemmer.indonesian(form) == stemmer.indonesian(root)

    @pytest.mark.parametrize("name", lists.read_words("keep.txt"))
    def test_a_name_stays_in_both_languages(self, name):
        stemmer = Stemmer(protected=shipped().protected)
        assert (stemmer.indonesian(name), stemmer.english(name)) == (name, name)

    def test_a_word_of_the_gazetteer_stays_unless_it_is_an_ordinary_word_in_a_name(self, analyzer):
        assert analyzer.stemmer.indonesian("mentawai") == "mentawai"
        assert analyzer.stemmer.indonesian("perkampungan") == "kampung"

    def test_an_unknown_name_would_be_damaged_without_its_gazetteer(self):
        # The control: Sastrawi alone takes a name apart.
        assert Stemmer().indonesian("kinali") != "kinali"
        assert Stemmer(["kinali"]).indonesian("kinali") == "kinali"


class TestQuery:
    def test_finds_other_names_both_ways(self, analyzer):
        assert "waterfall" in meant(analyzer, "air terjun")[0]
        assert "air terjun" in meant(analyzer, "waterfall")[0]

    def test_finds_other_names_of_an_inflected_word(self, analyzer):
        assert "air terjun" in meant(analyzer, "waterfalls")[0]
        assert "pantai" in meant(analyzer, "beaches")[0]

    def test_goes_only_from_wide_to_narrow_on_a_one_way_line(self, analyzer):
        assert "songket" in meant(analyzer, "tenun")[0]
        assert "tenun" not in meant(analyzer, "songket")[0]

    def test_knows_minangkabau_spellings_by_list_and_by_rule(self, analyzer):
        assert "kerupuk" in meant(analyzer, "karupuak")[0]
        assert "rendang" in meant(analyzer, "randang")[0]
        assert "burung" in meant(analyzer, "buruang")[0]

    def test_reads_a_name_as_one_word_or_two(self, analyzer):
        assert analyzer.terms("Bukit Tinggi") == analyzer.terms("bukittinggi") == "bukittinggi"
        assert [concept.typed for concept in analyzer.query("bukit tinggi").concepts] == [("bukit", "tinggi")]
        assert meant(analyzer, "bukit tinggi")[0][0] == meant(analyzer, "bukittinggi")[0][0] == "bukittinggi"
        assert "koto gadang" in meant(analyzer, "kotogadang")[0]

    def test_drops_fillers_unless_there_is_nothing_else(self, analyzer):
        assert meant(analyzer, "oleh-oleh khas dari padang")[-1][0] == "padang"
        assert [way[0] for way in meant(analyzer, "di ke dari")] == ["di", "ke", "dari"]

    def test_understands_nothing_where_there_is_no_word(self, analyzer):
        assert not analyzer.query("  ?!* \x00 \U0001f600 ")

    def test_reads_a_huge_query_only_so_far(self, analyzer):
        assert len(analyzer.query(" ".join(f"x{number}" for number in range(70_000))).concepts) == 32


class TestVocabulary:
    def test_reads_lines_as_the_lists_have_them(self):
        read = Vocabulary.of_lines(["pantai, beach", "tenun => songket, ulos"])
        assert read == Vocabulary(same=(("pantai", "beach"),), narrower=(("tenun", "songket"), ("tenun", "ulos")))

    def test_an_editor_s_entries_join_the_shipped_ones(self):
        added = Vocabulary(
            same=(("bika", "bika si mariana"),), narrower=(("kue", "bika"),), minangkabau=(("pinukuik", "serabi"),)
        )
        analyzer = Analyzer(NAMES, shipped().joined(added))
        assert "bika si mariana" in meant(analyzer, "Bika")[0]
        assert "bika" in meant(analyzer, "kue")[0]
        assert "kue" not in meant(analyzer, "bika")[0]
        assert "pinukuik" in meant(analyzer, "serabi")[0]
        assert "waterfall" in meant(analyzer, "air terjun")[0]

    def test_a_word_protected_lately_still_finds_documents_stemmed_before(self):
        analyzer = Analyzer(NAMES, shipped().joined(Vocabulary(protected=frozenset({"Kinali"}))))
        before = Analyzer(NAMES).stems(("Kinali", "id"))
        assert analyzer.stems(("Kinali", "id")) == "kinali" != before
        assert (before,) in analyzer.query("kinali").concepts[0].alternatives[0].stems


PLACES = Names.of(
    ["Danau Maninjau", "Candi Padang Roco"],
    regions=["Kota Padang", "Kota Padang Panjang", "Kota Bukittinggi", "Kabupaten Kepulauan Mentawai"],
    positions={"Danau Maninjau": (-0.32, 100.2), "Kota Padang": (-0.95, 100.35)},
)


@pytest.fixture(scope="module")
def local() -> Analyzer:
    return Analyzer(PLACES)


class TestCompounds:
    def test_a_compound_is_one_word_however_it_is_written(self, local):
        assert local.terms("Kaos Kaki pria") == local.terms("kaoskaki pria") == "kaoskaki pria"

    def test_a_region_of_two_words_is_not_the_region_of_one(self, local):
        assert local.terms("PDIKM Padang Panjang") == "pdikm padangpanjang"

    def test_the_words_of_an_open_compound_also_count_alone(self, local):
        assert local.terms("Double Tape 3M") == "doubletape double tape 3m"

    def test_a_query_keeps_the_words_as_typed(self, local):
        assert [concept.typed for concept in local.query("kaos kaki").concepts] == [("kaos", "kaki")]


class TestHeads:
    @pytest.mark.parametrize(
        ("title", "heads"),
        [
            ("Lem sepatu super kuat", "lem"),
            ("ARUTALA Kopi Vietnam 250 gram", "kopi"),
            ("Paket hemat 2 sandal kulit", "sandal"),
            ("Gel Pen / Pulpen Joyko", "gel pulpen"),
        ],
    )
    def test_a_title_names_first(self, local, title, heads):
        assert local.heads(title, "id") == heads


class TestPlaces:
    def test_the_name_of_a_region_says_where(self, local):
        places = {concept.typed: concept.is_place for concept in local.query("masjid di padang panjang").concepts}
        assert places == {("masjid",): False, ("padang", "panjang"): True}

    @pytest.mark.parametrize(
        ("q", "position", "km"),
        [
            ("waterfall near Padang", (-0.95, 100.35), 60.0),
            ("penginapan dekat danau maninjau", (-0.32, 100.2), 12.0),
            ("warung sekitar maninjau", (-0.32, 100.2), 12.0),
        ],
    )
    def test_near_a_name_is_a_distance(self, local, q, position, km):
        query = local.query(q)
        assert (query.around.position, query.around.km) == (position, km)
        assert len(query.concepts) == 1

    def test_near_me_is_no_name(self, local):
        assert local.query("pantai terdekat").around is None


class TestAsked:
    def test_praise_is_liked_and_not_asked_for(self, local):
        query = local.query("cari sepatu murah original")
        assert [concept.typed for concept in query.concepts] == [("sepatu",)]
        assert [concept.typed for concept in query.liked] == [("murah",), ("original",)]

    def test_the_province_s_name_may_stand_inside_of_a_thing(self, local):
        query = local.query("traditional minangkabau house")
        assert "rumah gadang" in [" ".join(way.words) for way in query.concepts[0].alternatives]
        assert ([concept.typed for concept in query.concepts], [concept.typed for concept in query.liked]) == (
            [("traditional", "house")],
            [("minangkabau",)],
        )

    def test_praise_alone_is_asked_for(self, local):
        assert [concept.typed for concept in local.query("murah").concepts] == [("murah",)]

    @pytest.mark.parametrize("q", ["memesan tiket", "pemesanan tiket", "beli tiket", "tiket"])
    def test_intents_say_nothing_about_the_thing(self, local, q):
        assert [concept.typed for concept in local.query(q).concepts] == [("tiket",)]

    def test_minangkabau_words_make_an_indonesian_compound(self, local):
        assert "piyama" in meant(local, "baju lalok")[0]
        assert "tong sampah" in meant(local, "tampek sarok")[0]

    def test_minangkabau_fillers_say_nothing_about_the_thing(self, local):
        assert [concept.typed for concept in local.query("tampek wisata").concepts] == [("wisata",)]

    def test_a_listed_thing_is_found_in_the_plural_and_written_apart(self, local):
        assert "ikat rambut" in meant(local, "hair ties")[0]
        assert meant(local, "micro phone")[0][:2] == ["micro phone", "microphone"]

    @pytest.mark.parametrize(
        ("minangkabau", "indonesian"),
        [
            ("gunuang", "gunung"),
            ("kulik", "kulit"),
            ("bareh", "beras"),
            ("sapatu", "sepatu"),
            ("mantawai", "mentawai"),
            ("aka", "akar"),
            ("pambarasiah", "pembersih"),
            ("pamotoang", "pemotong"),
            ("bajalan", "berjalan"),
            ("talakuang", "telekung"),
            ("kacomato", "kacamata"),
        ],
    )
    def test_minangkabau_spellings_follow_by_rule(self, local, minangkabau, indonesian):
        assert indonesian in meant(local, minangkabau)[0]

    def test_a_long_query_has_few_other_names(self, local):
        long = local.query("tas sepatu baju topi makanan minuman mainan")
        assert max(len(concept.alternatives) for concept in long.concepts) == 4


class TestSpoken:
    @pytest.mark.parametrize(
        ("said", "written"),
        [
            ("rame", "ramai"),
            ("cepet", "cepat"),
            ("ijo", "hijau"),
            ("pante", "pantai"),
            ("malem", "malam"),
            ("ujan", "hujan"),
        ],
    )
    def test_spellings_follow_what_is_said(self, local, said, written):
        assert written in meant(local, said)[0]

    def test_a_known_word_is_not_respelled(self, local):
        assert "baik" not in meant(local, "bayam")[0]
        assert list(written_forms("sate", {"sate", "satai"}.__contains__)) == []


class TestShorthand:
    def test_is_written_out_beside_what_was_typed(self, local):
        assert meant(local, "pjg")[0][:3] == ["pjg", "panjang", "long"]

    def test_of_fillers_asks_for_nothing(self, local):
        assert [concept.typed for concept in local.query("tmpt wisata yg hrg mrh").concepts] == [("wisata",)]

    def test_makes_a_compound(self, local):
        assert "jam tangan" in meant(local, "jam tgn")[0]

    def test_near_a_name_is_a_distance(self, local):
        assert local.query("wisata dkt danau maninjau").around == Around((-0.32, 100.2), 12.0)
        assert local.query("wisata dkt pdg").around == Around((-0.95, 100.35), 60.0)


class TestLiteral:
    def test_words_about_money_and_days_are_words(self, local):
        said = local.query("rendang di bawah 50 ribu besok", today=SATURDAY)
        assert (said.wishes, said.text) == (Wishes(price_max=50_000, day=date(2026, 11, 29)), "rendang")
        plain = local.query("rendang di bawah 50 ribu besok", today=SATURDAY, literal=True)
        assert (plain.wishes, plain.text) == (Wishes(), "rendang di bawah 50 ribu besok")


class TestEnglishRegions:
    @pytest.mark.parametrize("typed", ["west pasaman", "pasaman barat", "west pasaman regency"])
    def test_are_the_same_places(self, typed):
        known = Analyzer(Names.of([], regions=["Kabupaten Pasaman Barat", "Kabupaten Pasaman"]))
        (concept,) = known.query(f"pantai di {typed}").concepts[1:]
        assert (concept.is_place, concept.alternatives[0].terms) == (True, ("pasamanbarat",))


class TestRegionsInShort:
    @pytest.mark.parametrize(
        ("typed", "term"),
        [
            ("pessel", "pesisirselatan"),
            ("50 kota", "limapuluhkota"),
            ("limapuluh kota", "limapuluhkota"),
            ("lima puluh kota", "limapuluhkota"),
        ],
    )
    def test_are_the_same_places(self, typed, term):
        known = Analyzer(Names.of([], regions=["Kabupaten Pesisir Selatan", "Kabupaten Lima Puluh Kota"]))
        (concept,) = known.query(f"pantai di {typed}").concepts[1:]
        assert (concept.is_place, concept.alternatives[0].terms) == (True, (term,))

    def test_a_syllable_name_that_is_a_name_itself_stays(self):
        known = Analyzer(Names.of(["Pessel"], regions=["Kabupaten Pesisir Selatan"]))
        assert known.query("pessel").concepts[0].is_place is False


class TestGuesses:
    @pytest.mark.parametrize(
        ("typed", "guesses"),
        [
            ("gudang", [(AS_IT_SOUNDS, "goedang")]),
            ("mnjng", [(WITHOUT_VOWELS, "menjang")]),
            ("patnai", [(ONE_SLIP, "pantai")]),
            ("apntai", [(ONE_SLIP, "pantai")]),
            ("bantai", [(ONE_SLIP, "pantai")]),
            ("bateng", [(TWO_SLIPS, "benteng")]),
            ("songkok", []),
            ("pantai", []),
            ("pant4i", []),
            ("pa", []),
        ],
    )
    def test_are_known_words_the_nearest_first(self, typed, guesses):
        known = Guesses(["pantai", "menjang", "songket"], names=["goedang", "benteng"])
        assert known.of(typed) == guesses

    @pytest.mark.parametrize(
        ("one", "other"), [("photo", "foto"), ("acrylic", "akrilik"), ("ransoem", "ransum"), ("bubble", "buble")]
    )
    def test_words_that_sound_alike(self, one, other):
        assert sound(one) == sound(other)


SATURDAY = date(2026, 11, 28)


class TestWishes:
    @pytest.mark.parametrize(
        ("text", "rest", "least", "most"),
        [
            ("rendang di bawah 60 ribu", "rendang", None, 60_000),
            ("kopi maksimal 50.000", "kopi", None, 50_000),
            ("coffee under 50k", "coffee", None, 50_000),
            ("songket di atas 1,5 juta", "songket", 1_500_000, None),
            ("batik antara 100rb dan 200rb", "batik", 100_000, 200_000),
            ("penginapan 200 ribu sampai 400 ribu", "penginapan", 200_000, 400_000),
            ("tas rp 50.000 - 100.000", "tas", 50_000, 100_000),
            ("kabel di bawah 5 cm", "kabel di bawah 5 cm", None, None),
            ("kelok 44", "kelok 44", None, None),
            ("ssd 128 - 256 gb", "ssd 128 - 256 gb", None, None),
            ("payung 3 dan 4", "payung 3 dan 4", None, None),
            ("tas di bawah 99999999999999999999 juta", "tas", None, None),
        ],
    )
    def test_reads_prices(self, text, rest, least, most):
        left, wishes = taken_out(text)
        assert (wishes.price_min, wishes.price_max) == (least, most)
        if least or most:
            assert " ".join(left.split()) == rest

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("tiket besok", date(2026, 11, 29)),
            ("randai hari minggu", date(2026, 11, 29)),
            ("festival sabtu depan", date(2026, 11, 28)),
            ("boat this weekend", date(2026, 11, 28)),
            ("museum hari ini", SATURDAY),
            ("besok", None),
            ("minggu pagi", None),
        ],
    )
    def test_reads_days_where_today_is_known(self, text, day):
        assert taken_out(text, today=SATURDAY)[1].day == day
        assert taken_out(text)[1] == Wishes()

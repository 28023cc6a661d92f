"""Words, stems and other names."""

from pathlib import Path

import pytest

from search.analysis import lists
from search.analysis.analyzer import Analyzer, Names
from search.analysis.fold import fold, words
from search.analysis.stems import Stemmer
from search.analysis.vocabulary import Vocabulary, shipped

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

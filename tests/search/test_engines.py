"""The contract that every engine is held to: the same corpus, the same questions."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.analysis.analyzer import Analyzer, Around, Concept
from search.documents.content import Words
from search.engines.contract import Engine, EngineBroken, EngineDown, SearchRequest, Spelling
from search.engines.elastic import ElasticsearchEngine
from search.engines.embedded import EmbeddedEngine
from search.engines.phases import mended
from search.results import Sort
from tests.search.corpus import (
    AGAM,
    ANALYZER,
    BUKITTINGGI,
    CONTENTS,
    JAM_GADANG_POSITION,
    PADANG,
    SATURDAY,
    SUNDAY,
    all_operations,
    ask,
    operation,
)

URL = os.environ.get("ELASTICSEARCH_URL", "")
ENGINES = [
    "embedded",
    pytest.param("elasticsearch", marks=pytest.mark.skipif(not URL, reason="ELASTICSEARCH_URL is not set")),
]


def analyzer() -> Analyzer:
    return ANALYZER


def made(name: str, folder: Path) -> Engine:
    if name == "embedded":
        return EmbeddedEngine(folder=folder, analyzer=analyzer)
    index = f"contract-{os.getpid()}-{folder.name}".lower()
    # What is tested is what is found, not how busy the machine is.
    return ElasticsearchEngine(url=URL, index=index, analyzer=analyzer, seconds=60.0)


@pytest.fixture(scope="module", params=ENGINES)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with the small corpus, for tests that only read."""
    engine = made(request.param, tmp_path_factory.mktemp("filled"))
    with engine.rebuild() as filling:
        filling.add(all_operations())
    engine.refresh()
    yield engine
    engine.drop()


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine with an index that holds nothing yet."""
    engine = made(request.param, tmp_path)
    engine.drop()
    with engine.rebuild():
        pass
    yield engine
    engine.drop()


@pytest.fixture
def engine(empty: Engine) -> Engine:
    """An engine with the small corpus."""
    assert empty.apply(all_operations()) == {}
    empty.refresh()
    return empty


def keys(engine: Engine, request: SearchRequest) -> list[str]:
    return [hit.key for hit in engine.search(request).hits]


class TestFinding:
    @pytest.mark.parametrize(
        ("q", "first"),
        [
            ("Jam Gadang", "destination:1"),
            ("jam gadang bukit tinggi", "destination:1"),
            ("clock tower", "destination:1"),
            ("maninjau", "destination:2"),
            ("lake", "destination:2"),
            ("waterfalls", "destination:3"),
            ("air terjun", "destination:3"),
            ("taplau", "destination:4"),
            ("pantai padang", "destination:4"),
            ("beach", "destination:4"),
            ("canyon bukittinggi", "destination:5"),
            ("randang", "listing:1"),
            ("karupuak", "listing:2"),
            ("keripiknya", "listing:3"),
            ("tenunan", "listing:4"),
            ("songket", "listing:4"),
            ("tiket danau", "listing:5"),
            ("dapur amai", "shop:1"),
        ],
    )
    def test_finds_first(self, filled, q, first):
        assert keys(filled, ask(q))[0] == first

    def test_wants_every_concept(self, filled):
        assert keys(filled, ask("rendang bukittinggi", mend=False)) == []
        assert keys(filled, ask("rendang padang", mend=False)) == ["listing:1"]

    def test_finds_nothing_for_what_is_not_there(self, filled):
        answer = filled.search(ask("laptop gaming murah"))
        assert (answer.total, answer.hits, answer.corrected) == (0, (), "")

    def test_lists_everything_for_an_empty_query(self, filled):
        answer = filled.search(ask())
        assert answer.total == len(CONTENTS)
        assert answer.hits[0].key == "destination:1"

    def test_shows_the_card_that_was_indexed(self, filled):
        card = filled.search(ask("ngarai sianok")).hits[0].card
        assert (card["title"], card["region"], card["kind"]) == (
            {"id": "Ngarai Sianok", "en": "Sianok Canyon"},
            BUKITTINGGI,
            "destination",
        )
        assert "body" not in card

    def test_pages_without_repeating(self, filled):
        pages = [keys(filled, ask(offset=offset, limit=4)) for offset in (0, 4, 8, 12)]
        assert sorted(sum(pages, [])) == sorted(CONTENTS)
        assert [len(page) for page in pages] == [4, 4, 3, 0]


class TestMap:
    def test_a_box_keeps_what_lies_in_it(self, filled):
        lat, lon = JAM_GADANG_POSITION
        near = ask("", box=(lat - 0.001, lon - 0.001, lat + 0.001, lon + 0.001))
        assert "destination:1" in keys(filled, near)
        far = ask("", box=(lat + 1, lon + 1, lat + 2, lon + 2))
        assert keys(filled, far) == []


class TestMending:
    @pytest.mark.parametrize(
        ("q", "corrected", "first"),
        [
            ("maninjou", "maninjau", "destination:2"),
            ("songkte silungkang", "songket silungkang", "listing:4"),
            ("bukitingi", "bukittinggi", "destination:1"),
            ("jam gadnag", "jam gadang", "destination:1"),
            ("majninau", "maninjau", "destination:2"),
            ("amninjau", "maninjau", "destination:2"),
            ("songkhet", "songket", "listing:4"),
        ],
    )
    def test_mends_a_slip_and_says_so(self, filled, q, corrected, first):
        answer = filled.search(ask(q))
        assert (answer.corrected, answer.hits[0].key) == (corrected, first)

    def test_keeps_the_day_and_the_price_that_were_said(self, filled):
        query = ANALYZER.query("jam gadnag besok", today=SATURDAY)
        answer = filled.search(SearchRequest(query=query))
        assert (answer.corrected, [hit.key for hit in answer.hits][:1]) == ("jam gadang", ["destination:1"])

    def test_leaves_out_what_only_asks_about_a_thing(self, filled):
        answer = filled.search(ask("alamat jam gadang"))
        assert ([hit.key for hit in answer.hits], answer.corrected) == (["destination:1"], "")

    def test_leaves_out_whom_a_thing_is_for_the_last_word_first(self, filled):
        assert keys(filled, ask("songket wanita silungkang besar")) == ["listing:4"]
        assert keys(filled, ask("songket wanita silungkang", mend=False)) == []

    def test_what_is_little_near_a_place_is_looked_for_a_drive_away(self, filled):
        near = replace(ANALYZER.query("danau"), around=Around(JAM_GADANG_POSITION, 12.0))
        assert {hit.key for hit in filled.search(SearchRequest(query=near)).hits} == {"destination:2", "listing:5"}
        assert filled.search(SearchRequest(query=near, mend=False)).total == 0

    def test_leaves_out_an_ordinary_word_too_many_beside_the_name_of_a_place(self, filled):
        assert {hit.key for hit in filled.search(ask("kolam danau maninjau agam")).hits} == {
            "destination:2",
            "listing:5",
        }
        assert filled.search(ask("kolam danau maninjau", mend=False)).total == 0
        assert filled.search(ask("kolam rendang daging")).total == 0

    @pytest.mark.parametrize(
        ("typed", "there", "texts"),
        [
            # All of these are words; the index has two of them in another spelling.
            ("skiping", ("skipping",), ["skipping"]),
            ("stopkontak", ("stop", "kontak"), ["stop kontak"]),
            ("gitar", ("gita",), []),
        ],
    )
    def test_a_word_that_exists_is_mended_to_its_other_spelling_alone(self, typed, there, texts):
        def occurs(concept: Concept) -> bool:
            return concept.typed == there

        near = [Spelling(there[0], 1, 3)] if len(there) == 1 else []
        found = mended(ANALYZER.query(typed), spellings=lambda _word: near, occurs=occurs, analyzer=ANALYZER)
        assert ANALYZER.is_word(typed)
        assert list(found) == texts

    @pytest.mark.parametrize(
        ("typed", "near", "there", "texts"),
        [
            ("kursi rda", ("roda",), ("kursi", "roda"), ["kursi roda"]),
            ("kursi rda", ("roda",), ("roda",), []),
            ("kursi rda", ("rd", "radar"), ("kursi", "rd"), []),
            ("kayumejabatu", (), ("kayu", "meja", "batu"), ["kayu meja batu"]),
            ("kayumejabatu", (), ("meja", "batu"), []),
        ],
    )
    def test_what_could_be_many_things_is_mended_where_words_stand_in_a_row(self, typed, near, there, texts):
        spelt = [Spelling(word, 1, 3) for word in near]
        found = mended(
            ANALYZER.query(typed),
            spellings=lambda word: spelt if word == "rda" else [],
            occurs=lambda concept: concept.typed in (there, ("kursi",)),
            analyzer=ANALYZER,
        )
        assert list(found) == texts

    def test_two_slips_in_a_short_word_need_a_name_around_it(self, filled):
        assert filled.search(ask("jam gazong")).corrected == "jam gadang"
        assert filled.search(ask("gazong")).total == 0

    def test_searches_what_was_typed_if_told_to(self, filled):
        answer = filled.search(ask("maninjou", mend=False))
        assert (answer.total, answer.corrected) == (0, "")

    def test_one_word_that_is_nowhere_may_be_missing_if_the_first_and_another_are_met(self, filled):
        found = keys(filled, ask("jam gadang bukittinggi"))
        assert found[0] == "destination:1"
        assert keys(filled, ask("jam qwxz gadang bukittinggi")) == found
        # What names the thing comes first; one word is not enough to know it by; and two that are nowhere ask for something else.
        assert keys(filled, ask("qwxz jam gadang bukittinggi")) == []
        assert keys(filled, ask("bukittinggi qwxz")) == []
        assert keys(filled, ask("jam qwxz gadang zvkw bukittinggi")) == []

    def test_any_one_but_the_first_and_numbers_may_be_missing_where_a_title_has_all_others(self, filled):
        assert keys(filled, ask("kerupuk rendang kulit")) == ["listing:2"]
        assert keys(filled, ask("rendang kerupuk kulit")) == []
        assert keys(filled, ask("kerupuk kulit 7")) == []

    def test_never_mends_short_words_or_numbers(self, filled):
        assert filled.search(ask("jem")).total == 0
        assert filled.search(ask("13750")).total == 0


class TestFilters:
    def test_by_kind_region_category(self, filled):
        assert keys(filled, ask(kind="shop")) == ["shop:1"]
        assert sorted(keys(filled, ask(regions=(BUKITTINGGI, AGAM)))) == [
            "destination:1",
            "destination:2",
            "destination:5",
            "listing:2",
            "listing:5",
        ]
        assert keys(filled, ask(categories=("tenun",))) == ["listing:4"]

    def test_by_price_leaves_out_what_has_none(self, filled):
        assert keys(filled, ask(price_max=30_000, sort=Sort.CHEAPEST)) == ["listing:5", "listing:2", "listing:3"]
        assert keys(filled, ask(price_min=100_000, sort=Sort.DEAREST)) == ["listing:4", "listing:1"]

    def test_by_day_keeps_what_is_open_any_day(self, filled):
        assert "listing:5" in keys(filled, ask(day=SATURDAY))
        assert sorted(keys(filled, ask(day=SUNDAY))) == [f"destination:{number}" for number in range(1, 6)]

    def test_by_distance(self, filled):
        assert sorted(keys(filled, ask(near=JAM_GADANG_POSITION, within_km=5))) == ["destination:1", "destination:5"]

    def test_sorts_by_distance(self, filled):
        nearest = keys(filled, ask(near=JAM_GADANG_POSITION, sort=Sort.NEAREST, kind="destination"))
        assert nearest == [
            "destination:1",
            "destination:5",
            "destination:3",
            "destination:2",
            "destination:4",
        ] or nearest == [
            "destination:1",
            "destination:5",
            "destination:2",
            "destination:3",
            "destination:4",
        ]

    def test_puts_what_is_near_before_what_is_far(self, filled):
        assert keys(filled, ask("padang", near=(-0.3, 100.4), kind="goods"))[0] in {"listing:1", "listing:3"}

    def test_sorts_by_price_with_what_has_none_last(self, filled):
        assert keys(filled, ask(sort=Sort.CHEAPEST))[:3] == ["listing:5", "listing:2", "listing:3"]
        assert keys(filled, ask(sort=Sort.DEAREST))[:2] == ["listing:4", "listing:1"]

    def test_by_the_box_of_a_map(self, filled):
        assert sorted(keys(filled, ask(box=(-0.35, 100.3, -0.25, 100.4)))) == ["destination:1", "destination:5"]

    def test_goods_that_name_where_they_are_made_come_first_among_equals(self, empty):
        plain = CONTENTS["listing:3"]
        empty.apply([operation("listing:3", 1, plain), operation("listing:9", 1, replace(plain, is_local=True))])
        empty.refresh()
        assert keys(empty, ask("keripik")) == ["listing:9", "listing:3"]


class TestFacets:
    def test_counts_each_value(self, filled):
        facets = filled.search(ask()).facets
        assert facets["kind"] == {"destination": 5, "goods": 4, "ticket": 1, "shop": 1}
        assert facets["price"] == {"0-25000": 2, "25001-50000": 1, "100001-250000": 1, "500001-": 1}

    def test_counts_a_facet_without_its_own_choice_and_with_the_others(self, filled):
        answer = filled.search(ask(kind="goods", regions=(PADANG,)))
        assert answer.total == 2
        assert answer.facets["kind"] == {"goods": 2, "destination": 1, "shop": 1}
        assert answer.facets["region"] == {PADANG: 2, BUKITTINGGI: 1, "13.73": 1}
        assert answer.facets["category"] == {"makanan": 2}

    def test_counts_within_the_words(self, filled):
        assert filled.search(ask("maninjau")).facets["kind"] == {"destination": 1, "ticket": 1}


class TestSuggesting:
    def test_finishes_the_last_word(self, filled):
        assert [hit.key for hit in filled.suggest(["man"], 5)][0] in {"destination:2", "listing:5"}
        assert [hit.key for hit in filled.suggest(["jam", "g"], 5)] == ["destination:1"]
        assert filled.suggest(["xyz"], 5) == []

    def test_answers_for_several_ways_together(self, filled):
        ways = [["jam", "g"], ["xyz"], ["ren"]]
        found = [[hit.key for hit in hits] for hits in filled.suggest_each(ways, 5)]
        assert found == [["destination:1"], [], ["listing:1"]]
        assert filled.suggest_each([], 5) == []


class TestAskingTogether:
    def test_each_is_answered_as_it_stands(self, filled):
        asked = [ask("jam gadang", limit=1), ask("jam gdang"), ask("danau dekat maninjau")]
        alone = [filled.search(replace(request, mend=False)) for request in asked]
        together = filled.search_each(asked)
        assert [[hit.key for hit in answer.hits] for answer in together] == [
            [hit.key for hit in answer.hits] for answer in alone
        ]
        assert [(answer.total, answer.facets, answer.corrected) for answer in together] == [
            (answer.total, answer.facets, "") for answer in alone
        ]
        assert [hit.key for hit in together[0].hits] == ["destination:1"]
        assert (together[1].hits, together[1].total) == ((), 0)
        assert filled.search_each([]) == []


class TestVersions:
    def test_a_repeat_changes_nothing(self, engine):
        engine.apply(all_operations())
        engine.refresh()
        assert dict(engine.versions()) == dict.fromkeys(CONTENTS, 1)

    def test_an_older_version_never_undoes_a_newer(self, engine):
        renamed = replace(CONTENTS["destination:5"], title=Words("Lembah Sianok"))
        engine.apply([operation("destination:5", 3, renamed)])
        engine.apply([operation("destination:5", 2, CONTENTS["destination:5"])])
        engine.refresh()
        assert engine.search(ask("sianok")).hits[0].card["title"]["id"] == "Lembah Sianok"
        assert dict(engine.versions())["destination:5"] == 3

    def test_a_deleted_document_stays_deleted(self, engine):
        engine.apply([operation("listing:2", 3, None)])
        engine.apply([operation("listing:2", 2, CONTENTS["listing:2"])])
        engine.refresh()
        assert keys(engine, ask("kerupuk", mend=False)) == []
        assert "listing:2" not in dict(engine.versions())
        assert "listing:2" not in [hit.key for hit in engine.suggest(["kerupuk"], 5)]

    def test_a_deleted_document_can_come_back_newer(self, engine):
        engine.apply([operation("listing:2", 3, None)])
        engine.apply([operation("listing:2", 4, CONTENTS["listing:2"])])
        engine.refresh()
        assert keys(engine, ask("kerupuk kulit", mend=False)) == ["listing:2"]

    def test_deleting_what_never_was_is_no_fault_and_still_blocks_older(self, engine):
        assert engine.apply([operation("listing:99", 5, None)]) == {}
        engine.apply([operation("listing:99", 4, CONTENTS["listing:1"])])
        engine.refresh()
        assert "listing:99" not in dict(engine.versions())

    def test_of_one_batch_the_newest_wins(self, engine):
        renamed = replace(CONTENTS["destination:5"], title=Words("Lembah Sianok"))
        engine.apply([operation("destination:5", 3, renamed), operation("destination:5", 2, CONTENTS["destination:5"])])
        engine.refresh()
        assert dict(engine.versions())["destination:5"] == 3


class TestRebuilding:
    def test_the_old_index_answers_until_the_new_one_is_whole(self, engine):
        with engine.rebuild() as filling:
            filling.add([operation("destination:1", 2, CONTENTS["destination:1"])])
            assert engine.search(ask()).total == len(CONTENTS)
        engine.refresh()
        assert dict(engine.versions()) == {"destination:1": 2}

    def test_changes_go_to_both_and_a_late_filling_undoes_none(self, engine):
        renamed = replace(CONTENTS["destination:5"], title=Words("Lembah Sianok"))
        with engine.rebuild() as filling:
            engine.apply([operation("destination:5", 3, renamed), operation("listing:2", 2, None)])
            filling.add(all_operations())
        engine.refresh()
        versions = dict(engine.versions())
        assert versions["destination:5"] == 3
        assert "listing:2" not in versions
        assert len(versions) == len(CONTENTS) - 1

    def test_only_one_rebuild_runs_at_a_time(self, engine):
        with engine.rebuild() as filling:
            with pytest.raises(EngineDown, match="already"), engine.rebuild():
                pass
            filling.add(all_operations())
        engine.refresh()
        assert len(dict(engine.versions())) == len(CONTENTS)

    def test_a_failed_rebuild_leaves_the_old_index(self, engine):
        with pytest.raises(RuntimeError, match="power cut"), engine.rebuild() as filling:
            filling.add([operation("destination:1", 2, CONTENTS["destination:1"])])
            raise RuntimeError("power cut")
        assert engine.search(ask()).total == len(CONTENTS)
        assert engine.apply([operation("destination:1", 2, CONTENTS["destination:1"])]) == {}

    def test_without_an_index_writing_says_broken_and_reading_says_down(self, empty):
        empty.drop()
        with pytest.raises(EngineBroken):
            empty.apply(all_operations())
        with pytest.raises(EngineDown):
            empty.search(ask("jam gadang"))
        with pytest.raises(EngineDown):
            empty.suggest(["jam"], 3)
        assert not empty.health().is_up


class TestBadInput:
    @pytest.mark.parametrize(
        "q",
        [
            "x" * 200_000,
            "padang " * 30_000,
            "\x00\x01\x1b[31m",
            "title:* OR (",
            '"unfinished',
            "a AND NOT b~2^9",
            "../../etc/passwd",
            "{{7*7}}",
            "%00",
            "🏝️🏖️",
            "--",
            "\\",
            "*:*",
            "a-" * 5_000,
        ],
    )
    def test_answers_any_text(self, filled, q):
        request = ask(q)
        expected = 4 if "padang" in q else 0 if request.query else len(CONTENTS)
        assert filled.search(request).total == expected

    def test_answers_impossible_filters(self, filled):
        assert filled.search(ask(price_min=10, price_max=5)).total == 0
        assert filled.search(ask(kind="nonsense", regions=("'; drop table",), categories=("\x00",))).total == 0
        assert filled.search(ask(offset=5_000_000)).hits == ()
        assert filled.search(ask(near=(90.0, 180.0), within_km=0.0)).total == 0


class TestEmbedded:
    def test_a_second_process_sees_what_the_first_wrote(self, tmp_path):
        writer = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        with writer.rebuild():
            pass
        reader = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        assert reader.search(ask()).total == 0
        writer.apply(all_operations())
        assert reader.search(ask()).total == len(CONTENTS)
        with writer.rebuild() as filling:
            filling.add(all_operations()[:2])
        assert reader.search(ask()).total == 2

    def test_a_damaged_index_is_down_for_readers_and_broken_for_writers_until_rebuilt(self, tmp_path):
        engine = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        with engine.rebuild() as filling:
            filling.add(all_operations())
        generation = engine.folders.current()
        assert generation is not None
        for file in generation.iterdir():
            file.write_bytes(b"ruined")
        fresh = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        with pytest.raises(EngineDown):
            fresh.search(ask("jam gadang"))
        with pytest.raises(EngineBroken):
            fresh.apply(all_operations())
        with fresh.rebuild() as filling:
            filling.add(all_operations())
        assert fresh.search(ask("jam gadang")).hits[0].key == "destination:1"

    def test_an_index_with_other_fields_is_broken_until_rebuilt(self, tmp_path):
        engine = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        with engine.rebuild() as filling:
            filling.add(all_operations())
        generation = engine.folders.current()
        assert generation is not None
        generation.rename(tmp_path / "g1-1")
        (tmp_path / "current").write_text("g1-1")
        fresh = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        assert (fresh.is_broken(), fresh.health().detail) == (True, "The index is of another form.")
        with pytest.raises(EngineBroken, match="another form"):
            fresh.apply(all_operations())
        with fresh.rebuild() as filling:
            filling.add(all_operations())
        assert not fresh.is_broken()

    def test_keeps_no_old_generations(self, tmp_path):
        engine = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        for _ in range(3):
            with engine.rebuild():
                pass
        assert len(list(tmp_path.glob("g*"))) == 1

    def test_a_second_writer_waits_and_gives_up_in_words(self, tmp_path):
        engine = EmbeddedEngine(folder=tmp_path, analyzer=analyzer)
        with (
            engine.folders.writing(),
            pytest.raises(EngineDown, match="Another process"),
            engine.folders.writing(wait=0.05),
        ):
            pass

from wagtail.models import Page
from wagtail_localize.models import Translation

from cms.pages import services
from cms.pages.models import DestinationPage, EventPage, StoryPage, TripPage
from cms.pages.services import HomeWords, Words
from foundation.outbox.models import Event as Told
from tests.cms.house import NOW, picture
from tourism.destinations.models import Destination
from tourism.events.models import Event
from tourism.trips.models import Trip


class TestCreateDestinationPage:
    def test_makes_both_pages_and_one_row(self, house):
        twin = house.english(house.jam_gadang)
        assert [house.jam_gadang.full_url, twin.full_url] == [
            "http://bukittinggi.lapau.localhost:8000/tempat/jam-gadang/",
            "http://bukittinggi.lapau.localhost:8000/en/places/jam-gadang/",
        ]
        row = house.row(house.jam_gadang)
        assert (row.name, row.region.code, row.summary_en, row.is_sample) == (
            "Jam Gadang",
            "13.75",
            "Clock tower and icon of Bukittinggi.",
            True,
        )
        assert ("destination.changed", str(row.pk)) in set(Told.objects.values_list("topic", "key"))

    def test_a_repeat_gives_back_the_page_that_is_there(self, house):
        before = Page.objects.count()
        again = services.create_destination_page(
            home=house.bukittinggi, slug="jam-gadang", name="Lain", facts={}, now=NOW
        )
        assert (again.pk, again.title, Page.objects.count()) == (house.jam_gadang.pk, "Jam Gadang", before)

    def test_blocks_of_both_languages_share_their_ids(self, house):
        twin = house.english(house.jam_gadang)
        assert [block.id for block in twin.body] == [block.id for block in house.jam_gadang.body]
        assert "Built in 1926" in str(twin.body)


def test_events_trips_and_stories_are_made_in_both_languages(house):
    venue = house.row(house.jam_gadang)
    event = services.create_event_page(
        home=house.bukittinggi,
        slug="saluang",
        name="Saluang",
        facts={"name_en": "Flute", "venue": venue},
        occurrences=[{"starts_at": NOW}],
        now=NOW,
    )
    trip = services.create_trip_page(
        home=house.bukittinggi,
        slug="sehari",
        name="Sehari",
        facts={"name_en": "A day", "days": 1},
        stops=[{"destination": venue}],
        now=NOW,
    )
    story = services.create_story_page(
        home=house.bukittinggi, words_id=Words("Pagi", slug="pagi"), words_en=Words("Morning"), now=NOW
    )
    assert [house.english(page).full_url.rpartition("/en/")[2] for page in (event, trip, story)] == [
        "events/saluang/",
        "trips/sehari/",
        "stories/morning/",
    ]
    assert (Event.objects.get().venue, Event.objects.get().occurrences.get().starts_at) == (venue, NOW)
    assert Trip.objects.get().stops.get().destination == venue
    assert [model.objects.count() for model in (EventPage, TripPage, StoryPage)] == [2, 2, 2]


def test_home_content_is_set_once_in_both_languages(house):
    image = picture()
    things = [{"title": "Naik menara", "note": "", "page": house.jam_gadang, "listing": ""}]
    english = [{"title": "Climb the tower", "note": "", "page": house.jam_gadang, "listing": ""}]
    for lead in ("Kota sejuk", "Lain"):
        services.set_home_content(
            home=house.bukittinggi,
            words_id=HomeWords(title="Bukittinggi", lead=lead, things=things),
            words_en=HomeWords(title="Bukittinggi", lead="A cool town", things=english),
            picture_id=image.pk,
            now=NOW,
        )
    house.bukittinggi.refresh_from_db()
    twin = house.english(house.bukittinggi)
    assert (house.bukittinggi.lead, twin.lead) == ("Kota sejuk", "A cool town")
    assert (house.bukittinggi.things[0].value["title"], twin.things[0].value["title"]) == (
        "Naik menara",
        "Climb the tower",
    )
    assert twin.picture_id == image.pk


class TestHandOverTranslations:
    def test_tells_wagtail_localize_once_with_the_words_there_are(self, house):
        handed = services.hand_over_translations(limit=100)
        assert handed == Translation.objects.count()
        assert services.hand_over_translations(limit=100) == 0

        translation = Translation.objects.get(source__object_id=house.jam_gadang.translation_key)
        translated, total = translation.get_progress()
        assert (translated, total) == (total, total)
        translation.save_target(publish=False)
        twin = DestinationPage.objects.get(pk=house.english(house.jam_gadang).pk)
        assert "Built in 1926" in str(twin.get_latest_revision_as_object().body)

    def test_rows_of_facts_are_not_doubled(self, house):
        assert Destination.objects.count() == 2

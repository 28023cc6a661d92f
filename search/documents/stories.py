"""Stories as documents: the Indonesian page and its English twin are one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils.html import strip_tags

from cms.media.models import Rendition
from cms.media.renditions import LIGHT_SPEC, SHARE_SPEC
from cms.pages.models import StoryPage
from foundation.outbox.models import Event as OutboxEvent
from search.documents.content import Content, Words
from search.documents.sources import Source
from search.results import Kind

STORY = 0.0
_MOST_BODY = 6_000


def load(ids: Sequence[int]) -> Mapping[int, Content]:
    """Live Indonesian stories, each with its English twin if that is live too."""
    share = Prefetch(
        "picture__renditions",
        Rendition.objects.filter(filter_spec__in=(SHARE_SPEC, LIGHT_SPEC)),
        to_attr="share_renditions",
    )
    pages = list(_indonesian().filter(pk__in=ids).select_related("picture").prefetch_related(share))
    keys = [page.translation_key for page in pages]
    twins = StoryPage.objects.live().filter(translation_key__in=keys, locale__language_code="en")
    english = {twin.translation_key: twin for twin in twins}
    return {page.pk: content(page, english.get(page.translation_key)) for page in pages}


def content(page: Any, english: Any | None) -> Content:
    """A story in both languages."""
    home = page.home
    region = "" if home.is_province else home.region_code
    return Content(
        kind=Kind.STORY,
        title=Words(page.title, english.title if english else ""),
        link=f"page:{page.translation_key}",
        summary=Words(page.intro, english.intro if english else ""),
        body=Words(text_of(page), text_of(english) if english else ""),
        region=region,
        region_name=home.name if region else "",
        place=Words(home.name, home.name),
        places=(home.name,),
        labels=Words("cerita", "story"),
        picture=picture_of(page),
        picture_light=rendition_of(page, LIGHT_SPEC),
        popularity=STORY,
        created=page.first_published_at.isoformat() if page.first_published_at else "",
        is_sample=page.is_sample,
    )


def text_of(page: Any) -> str:
    """The words of a story's blocks."""
    return strip_tags(" ".join(_texts(page.body.raw_data)))[:_MOST_BODY]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(value.get("value"))
        for name in ("text", "caption", "title", "heading", "body"):
            yield from _texts(value.get(name))
    elif isinstance(value, Iterable):
        for part in value:
            yield from _texts(part)


def picture_of(page: Any) -> str:
    """The path of the story's picture in lists."""
    if page.picture is None:
        return ""
    return rendition_of(page, SHARE_SPEC) or str(page.picture.file.name)


def rendition_of(page: Any, spec: str) -> str:
    """The path of one size of the story's picture; nothing where it was not made."""
    made = page.picture.share_renditions if page.picture else ()
    return next((str(rendition.file.name) for rendition in made if rendition.filter_spec == spec), "")


def told_of(events: Sequence[OutboxEvent]) -> Iterable[int]:
    """The Indonesian pages of the stories that changed, also of those that are gone."""
    stories = [event for event in events if event.payload.get("kind") == "StoryPage"]
    keys = [event.payload.get("translation_key", "") for event in stories]
    pages = StoryPage.objects.filter(translation_key__in=keys, locale__language_code=settings.LANGUAGE_CODE)
    return {*(int(event.key) for event in stories), *pages.values_list("pk", flat=True)}


def all_ids() -> Iterable[int]:
    """Every live Indonesian story."""
    return list(_indonesian().values_list("pk", flat=True))


def _indonesian() -> Any:
    return StoryPage.objects.live().filter(locale__language_code=settings.LANGUAGE_CODE)


SOURCE = Source(name="story", load=load, all_ids=all_ids, topics={"page.changed": told_of})

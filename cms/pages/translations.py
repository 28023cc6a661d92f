"""Making the English twin of a page through wagtail-localize, from words that are known already."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.conf import settings
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments


def translate(page: Any, *, title: str, slug: str = "", change: Callable[[Any], None] | None = None) -> Page:
    """Translate a published page into the other language and publish the twin; a repeat brings the twin up to date.

    :param change: puts the other words into a scratch copy of the page; blocks must stay in their order.
    """
    locale = Locale.objects.exclude(language_code=settings.LANGUAGE_CODE).get()
    source, _created = TranslationSource.update_or_create_from_instance(page)
    Translation.objects.get_or_create(source=source, target_locale=locale)
    scratch = source.as_instance()
    if change is not None:
        change(scratch)
        keep_block_ids(page, scratch)
    scratch.title, scratch.slug = title, slug or scratch.slug
    write_strings(source, locale, scratch)
    twin, _created = source.create_or_update_translation(locale, publish=False, fallback=True)
    # Published here and not after the commit, so that whoever made the pages finds both at once.
    twin.get_latest_revision().publish()
    twin.refresh_from_db()
    return twin


def keep_block_ids(page: Any, scratch: Any) -> None:
    """Give the blocks of the scratch copy the ids of the page's: their strings are matched by them."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            for ours, theirs in zip(getattr(page, field.name), getattr(scratch, field.name), strict=False):
                if ours.block_type == theirs.block_type:
                    theirs.id = ours.id


def write_strings(source: Any, locale: Locale, scratch: Any) -> None:
    """Store the words of the scratch copy as translations of the source's, matched by path and place."""
    translated: dict[str, list[str]] = defaultdict(list)
    for segment in extract_segments(scratch):
        if isinstance(segment, StringSegmentValue):
            translated[segment.path].append(segment.string.data)
    seen: dict[str, int] = defaultdict(int)
    for segment in StringSegment.objects.filter(source=source).select_related("context").order_by("order", "pk"):
        path = segment.context.path
        place, seen[path] = seen[path], seen[path] + 1
        if place < len(translated[path]):
            StringTranslation.objects.update_or_create(
                translation_of_id=segment.string_id,
                locale=locale,
                context=segment.context,
                defaults={
                    "data": translated[path][place],
                    "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL,
                },
            )

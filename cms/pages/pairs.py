"""Adding pages in both languages at once, published, and handing them to wagtail-localize for later translation."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models.signals import post_save
from modelsearch import signal_handlers as search_signals
from modelsearch.index import get_indexed_models
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail.signal_handlers import disable_reference_index_auto_update
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from cms.pages.receivers import on_published

type Build = Callable[[str], Any]


def add_pair(parent: Page, build: Build, *, now: datetime) -> Any:
    """Put a page and its twin under a parent and its twin, published, facts copied; returns the Indonesian page.

    No revision is written: the first edit makes one. ``hand_over`` lets editors translate the pair segment by segment.

    :param build: makes the unsaved page in a language ("id", "en"), its blocks in the same order in both.
    """
    key = uuid.uuid4()
    first: Any = None
    for code, _name in settings.LANGUAGES:
        locale = Locale.objects.get(language_code=code)
        above = parent if parent.is_root() else Page.objects.get(translation_key=parent.translation_key, locale=locale)
        # The caller's instance may be older than the tree.
        above.refresh_from_db(fields=["path", "depth", "numchild", "url_path"])
        page = build(code)
        page.locale, page.translation_key, page.live = locale, key, True
        page.first_published_at = page.last_published_at = page.latest_revision_created_at = now
        if first is not None:
            keep_block_ids(first, page)
        above.add_child(instance=page)
        on_published(type(page), page)
        first = first or page
    return first


def keep_block_ids(page: Any, twin: Any) -> None:
    """Give the blocks of the twin the ids of the page's: their strings are matched by them."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            for ours, theirs in zip(getattr(page, field.name), getattr(twin, field.name), strict=False):
                if ours.block_type == theirs.block_type:
                    theirs.id = ours.id


@contextmanager
def without_admin_indexes() -> Iterator[None]:
    """Leave the admin's reference and search indexes alone while a command makes many pages; rebuild them afterwards."""
    models = [
        model
        for model in get_indexed_models()
        if post_save.disconnect(search_signals.post_save_signal_handler, sender=model)
    ]
    try:
        with disable_reference_index_auto_update():
            yield
    finally:
        for model in models:
            post_save.connect(search_signals.post_save_signal_handler, sender=model)


def hand_over(page: Any, twin: Any) -> None:
    """Let wagtail-localize know the twin as a translation of the page, with the words it has now."""
    source, _created = TranslationSource.update_or_create_from_instance(page)
    Translation.objects.get_or_create(source=source, target_locale=twin.locale)
    words: dict[str, list[str]] = defaultdict(list)
    for segment in extract_segments(twin):
        if isinstance(segment, StringSegmentValue):
            words[segment.path].append(segment.string.data)
    seen: dict[str, int] = defaultdict(int)
    for segment in StringSegment.objects.filter(source=source).select_related("context").order_by("order", "pk"):
        path = segment.context.path
        place, seen[path] = seen[path], seen[path] + 1
        if place < len(words[path]):
            StringTranslation.objects.update_or_create(
                translation_of_id=segment.string_id,
                locale=twin.locale,
                context=segment.context,
                defaults={"data": words[path][place], "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL},
            )


def not_handed_over(*, limit: int) -> Iterator[tuple[Any, Any]]:
    """Live pages and their twins that wagtail-localize does not know yet."""
    source_locale = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    known = TranslationSource.objects.filter(translations__isnull=False).values("object_id")
    pages = Page.objects.filter(locale=source_locale, depth__gt=1, live=True, alias_of=None).exclude(
        translation_key__in=known
    )
    for page in pages.order_by("pk")[:limit].specific():
        twin = (
            Page.objects.exclude(locale=source_locale)
            .filter(translation_key=page.translation_key, alias_of=None)
            .specific()
            .first()
        )
        if twin is not None:
            yield page, twin

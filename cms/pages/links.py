"""Addresses of pages, looked up in bulk by translation key: for cards here, and for any room above."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from wagtail.models import Page


@dataclass(frozen=True)
class Address:
    """Where a page is, in a language, and the key of its picture."""

    url: str
    title: str
    picture_id: int | None


def addresses(model_name: str, keys: Iterable[Any], *, language: str) -> dict[str, Address]:
    """Live pages of one kind ("DestinationPage") by translation key: one query.

    Where a page is not live in the language, its Indonesian twin stands in.
    """
    wanted = {str(key) for key in keys}
    if not wanted:
        return {}
    model = apps.get_model("pages", model_name)
    rows = model.objects.live().filter(
        translation_key__in=wanted, locale__language_code__in=[language, settings.LANGUAGE_CODE]
    )
    return in_language(rows.select_related("locale"), language)


def in_language(rows: Iterable[Any], language: str) -> dict[str, Address]:
    """Loaded pages by translation key, those of the language before the others."""
    found: dict[str, Address] = {}
    for page in rows:
        key = str(page.translation_key)
        if key not in found or page.locale.language_code == language:
            found[key] = Address(url=page.full_url or "", title=page.title, picture_id=page.picture_id)
    return found


def urls_of(keys: Iterable[Any], *, language: str) -> dict[str, str]:
    """Absolute addresses of live pages of any kind by translation key: one query. For search and listings."""
    wanted = {str(key) for key in keys}
    rows = Page.objects.live().filter(
        translation_key__in=wanted, locale__language_code__in=[language, settings.LANGUAGE_CODE]
    )
    found: dict[str, tuple[str, str]] = {}
    for page in rows.select_related("locale"):
        key, code = str(page.translation_key), page.locale.language_code
        if key not in found or code == language:
            found[key] = (code, page.full_url or "")
    return {key: url for key, (_code, url) in found.items()}


def alternates(page: Page) -> dict[str, str]:
    """The live pages with the same content by language, this page among them: one query."""
    twins = Page.objects.live().filter(translation_key=page.translation_key).select_related("locale")
    urls = {twin.locale.language_code: twin.full_url or "" for twin in twins}
    order = [code for code, _name in settings.LANGUAGES if code in urls]
    return {code: urls[code] for code in order}

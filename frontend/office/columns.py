"""Columns and small words that the office's lists share."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.coreutils import multigetattr

from foundation.clock import day_of, short_day_words, time_words
from foundation.money import rupiah


def language() -> str:
    """The reader's language, never a variant of it."""
    return (get_language() or "id")[:2]


def moment_words(moment: datetime | None) -> str:
    """A moment for a narrow column: "Min 22 Nov 2026, 09.30 WIB"."""
    if moment is None:
        return ""
    day = day_of(moment)
    return f"{short_day_words(day, language())} {day.year}, {time_words(moment, language())}"


class MomentColumn(Column):
    """A moment in WIB."""

    def get_value(self, instance: Any) -> Any:
        return moment_words(super().get_value(instance))


class WordsColumn(Column):
    """Words that stand alone in a cell: they begin with a capital."""

    def get_value(self, instance: Any) -> Any:
        return capfirst(super().get_value(instance))


class RupiahColumn(Column):
    """Whole rupiah."""

    def get_value(self, instance: Any) -> Any:
        amount = super().get_value(instance)
        return "" if amount is None else rupiah(int(amount))


def linked(name: str, *, label: Any, url_name: str, accessor: str, key: str = "pk") -> TitleColumn:
    """The column that leads to a row's own page."""

    def url(instance: Any) -> str:
        return reverse(url_name, args=[multigetattr(instance, key)])

    return TitleColumn(name, label=label, accessor=accessor, get_url=url)

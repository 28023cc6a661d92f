"""What is asked about destinations: their state now, and cards of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import asin, cos, radians, sin, sqrt
from operator import attrgetter
from typing import Protocol

from django.core.files.storage import default_storage
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from opening_hours import OpeningHours, validate

from foundation.clock import WIB, day_of, day_words, end_of, short_day_words, start_of, time_words, to_wib
from foundation.compiled import Among, Compiled, Given
from tourism.destinations.facts import GRAVITY, Category, ClosureKind
from tourism.destinations.models import Closure, Destination, Tariff


class StateKind(models.TextChoices):
    UNKNOWN = "UNKNOWN"
    OPEN = "OPEN"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    CAUTION = "CAUTION"
    PARTLY_CLOSED = "PARTLY_CLOSED"
    CLOSED = "CLOSED"


STATE_OF_CLOSURE = {
    ClosureKind.FULL: StateKind.CLOSED,
    ClosureKind.PARTIAL: StateKind.PARTLY_CLOSED,
    ClosureKind.CAUTION: StateKind.CAUTION,
}


@dataclass(frozen=True)
class DestinationState:
    """Whether one can go there now: a word for a badge, and a sentence, in both languages.

    ``until`` is when this state is known to change; None means that nobody knows.
    """

    kind: StateKind
    word_id: str
    word_en: str
    sentence_id: str
    sentence_en: str
    until: datetime | None = None
    closure_id: int | None = None


class HasHours(Protocol):
    """Any destination: its key and its hours are enough."""

    pk: int
    opening_hours: str


def _both(message: Promise) -> tuple[str, str]:
    with override("id"):
        indonesian = str(message)
    with override("en"):
        return indonesian, str(message)


def state_of(destinations: Iterable[HasHours], *, moment: datetime) -> dict[int, DestinationState]:
    """The state of each destination at a moment, by primary key; one query for all of them."""
    rows = list(destinations)
    worst: dict[int, Closure] = {}
    for closure in Closure.objects.at(moment).filter(destination_id__in=[row.pk for row in rows]).order_by("pk"):
        known = worst.get(closure.destination_id)
        if known is None or GRAVITY[ClosureKind(closure.kind)] > GRAVITY[ClosureKind(known.kind)]:
            worst[closure.destination_id] = closure
    return {
        row.pk: _of_closure(worst[row.pk]) if row.pk in worst else _of_hours(row.opening_hours, moment) for row in rows
    }


def _of_closure(closure: Closure) -> DestinationState:
    kind = STATE_OF_CLOSURE[ClosureKind(closure.kind)]
    words = {
        StateKind.CLOSED: _both(gettext_lazy("Closed")),
        StateKind.PARTLY_CLOSED: _both(gettext_lazy("Partly closed")),
        StateKind.CAUTION: _both(gettext_lazy("Check conditions")),
    }[kind]
    sentence_id, sentence_en = closure.source_id or closure.reason_id, closure.source_en or closure.reason_en
    sentence_en = sentence_en or sentence_id
    if closure.source_id and closure.reason_id and closure.reason_id not in closure.source_id:
        sentence_id = f"{closure.reason_id}. {closure.source_id}"
        sentence_en = f"{closure.reason_en}. {sentence_en}" if closure.reason_en else sentence_en
    if closure.ends_at is not None:
        sentence_id = _with_end(sentence_id, closure.ends_at, "id")
        sentence_en = _with_end(sentence_en, closure.ends_at, "en")
    return DestinationState(kind, *words, sentence_id, sentence_en, until=closure.ends_at, closure_id=closure.pk)


def _with_end(sentence: str, ends_at: datetime, language: str) -> str:
    local = to_wib(ends_at)
    # A closure that ends at midnight lasts through the day before.
    at_midnight = (local.hour, local.minute) == (0, 0)
    last_day = day_of(ends_at) if not at_midnight else date.fromordinal(day_of(ends_at).toordinal() - 1)
    when = (
        day_words(last_day, language)
        if at_midnight
        else f"{day_words(last_day, language)}, {time_words(ends_at, language)}"
    )
    with override(language):
        return _("%(sentence)s. Until %(when)s.") % {"sentence": sentence.rstrip("."), "when": when}


def _of_hours(hours: str, moment: datetime) -> DestinationState:
    unknown = DestinationState(
        StateKind.UNKNOWN,
        *_both(gettext_lazy("Not known yet")),
        *_both(gettext_lazy("The tourism office has not filled in the opening hours. Ask before you travel far.")),
    )
    if not hours or not validate(hours):
        return unknown
    known = OpeningHours(hours, country="ID")
    local = to_wib(moment).replace(tzinfo=None)
    change = known.next_change(local)
    until = change.replace(tzinfo=WIB).astimezone(UTC) if change is not None else None
    if known.is_open(local):
        words = _both(gettext_lazy("Open"))
        sentences = _until_sentence(until, "id", opens=False), _until_sentence(until, "en", opens=False)
        return DestinationState(StateKind.OPEN, *words, *sentences, until=until)
    words = _both(gettext_lazy("Closed at this hour"))
    sentences = _until_sentence(until, "id", opens=True), _until_sentence(until, "en", opens=True)
    return DestinationState(StateKind.OUTSIDE_HOURS, *words, *sentences, until=until)


def _until_sentence(until: datetime | None, language: str, *, opens: bool) -> str:
    with override(language):
        if until is None:
            return _("Closed at this hour.") if opens else _("Open all day.")
        when = {"day": short_day_words(day_of(until), language), "time": time_words(until, language)}
        return _("Opens %(day)s, %(time)s.") % when if opens else _("Open until %(day)s, %(time)s.") % when


def fully_closed_between(*, destination_ids: Sequence[int], start: datetime, end: datetime) -> set[int]:
    """Those that are fully closed at any time from ``start`` until before ``end``."""
    closures = Closure.objects.touching(start, end).filter(kind=ClosureKind.FULL, destination_id__in=destination_ids)
    return set(closures.values_list("destination_id", flat=True))


def fully_closed_on(*, destination_ids: Sequence[int], day: date) -> set[int]:
    """Those that are fully closed at any time of a day (WIB)."""
    return fully_closed_between(destination_ids=destination_ids, start=start_of(day), end=end_of(day))


_touching = Compiled(
    lambda: Closure.objects.touching(
        Given("start", models.DateTimeField()), Given("end", models.DateTimeField())
    ).filter(Among("destination", "destinations"))
)


def closures_between(*, destination_ids: Sequence[int], start: datetime, end: datetime) -> dict[int, list[Closure]]:
    """The standing closures that overlap a time, by destination."""
    found: defaultdict[int, list[Closure]] = defaultdict(list)
    standing = _touching(start=start, end=end, destinations=destination_ids) if destination_ids else ()
    for closure in sorted(standing, key=attrgetter("starts_at", "pk")):
        found[closure.destination_id].append(closure)
    return dict(found)


@dataclass(frozen=True)
class DestinationCard:
    """A destination in a list or on a map. ``category`` is the stored value, ``distance_km`` from a given place."""

    pk: int
    translation_key: str
    name: str
    slug: str
    region_id: int
    region_code: str
    region_slug: str
    region_short_name: str
    category: str
    category_label: str
    summary_id: str
    summary_en: str
    latitude: float | None
    longitude: float | None
    is_approximate: bool
    picture: str
    picture_alt_id: str
    picture_alt_en: str
    is_sample: bool
    is_world_heritage: bool
    checked_at: datetime | None
    opening_hours: str
    state: DestinationState

    @property
    def picture_url(self) -> str:
        """Where the picture is, or nothing."""
        return default_storage.url(self.picture) if self.picture else ""


def cards(destinations: models.QuerySet[Destination], *, moment: datetime) -> list[DestinationCard]:
    """Cards of the given destinations in their order: two queries."""
    rows = list(destinations.select_related("region").defer("region__boundary"))
    states = state_of(rows, moment=moment)
    return [as_card(row, states[row.pk]) for row in rows]


def as_card(row: Destination, state: DestinationState) -> DestinationCard:
    """A loaded destination, its region with it, as a card."""
    return DestinationCard(
        pk=row.pk,
        translation_key=str(row.translation_key),
        name=row.name,
        slug=row.slug,
        region_id=row.region_id,
        region_code=row.region.code,
        region_slug=row.region.slug or "",
        region_short_name=row.region.short_name,
        category=row.category,
        category_label=str(Category(row.category).label),
        summary_id=row.summary_id,
        summary_en=row.summary_en,
        latitude=row.latitude,
        longitude=row.longitude,
        is_approximate=row.coordinate_precision == "APPROX",
        picture=row.share_picture,
        picture_alt_id=row.share_picture_alt_id,
        picture_alt_en=row.share_picture_alt_en,
        is_sample=row.is_sample,
        is_world_heritage=row.is_world_heritage,
        checked_at=row.checked_at,
        opening_hours=row.opening_hours,
        state=state,
    )


@dataclass(frozen=True)
class TariffRow:
    """One official price as posted."""

    what_id: str
    what_en: str
    audience: str
    amount: int
    legal_basis: str
    valid_from: date
    valid_until: date | None


def tariff_board(*, destination_id: int, day: date) -> list[TariffRow]:
    """The official prices valid on a day."""
    valid = Tariff.objects.filter(destination_id=destination_id, valid_from_date__lte=day).exclude(
        valid_until_date__lt=day
    )
    return [
        TariffRow(
            what_id=row.what_id,
            what_en=row.what_en or row.what_id,
            audience=row.get_audience_display(),
            amount=row.amount,
            legal_basis=row.legal_basis,
            valid_from=row.valid_from_date,
            valid_until=row.valid_until_date,
        )
        for row in valid.order_by("pk")
    ]


def nearby(*, destination: Destination, moment: datetime, limit: int = 6) -> list[tuple[DestinationCard, float]]:
    """Published destinations around this one with their distance in km as the crow flies, nearest first."""
    if destination.latitude is None or destination.longitude is None:
        return []
    reach = 0.3  # degrees, about 33 km: a box is enough to leave out most rows on any database
    around = (
        Destination.objects.published()
        .exclude(pk=destination.pk)
        .filter(
            latitude__range=(destination.latitude - reach, destination.latitude + reach),
            longitude__range=(destination.longitude - reach, destination.longitude + reach),
        )
    )
    here = (destination.latitude, destination.longitude)
    measured = [
        (card, distance_km(here, (card.latitude, card.longitude)))
        for card in cards(around, moment=moment)
        if card.latitude is not None and card.longitude is not None
    ]
    return sorted(measured, key=lambda pair: (pair[1], pair[0].pk))[:limit]


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance between two (latitude, longitude) points on the globe."""
    lat1, lon1, lat2, lon2 = (radians(value) for value in (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))

"""The values that page templates hand to the shared parts; the parts read these names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cms.media.queries import Picture
from cms.pages.links import Address
from foundation.clock import day_of, time_words
from tourism.destinations.queries import DestinationCard, DestinationState, StateKind
from tourism.events.facts import OccurrenceStatus
from tourism.events.queries import OccurrenceCard


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A state in words; the tone only repeats it."""

    text: str
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """Whatever can be found or bought, as one card. Amounts in rupiah."""

    url: str
    title: str
    kind: str = ""
    place: str = ""
    notes: Sequence[str] = ()
    price: int | None = None
    price_from: bool = False
    rating: Any = None
    picture: Any = None
    badge: Badge | None = None
    sample: bool = False
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class EventCard:
    """An event in a list: its day first."""

    url: str
    title: str
    day: date
    last_day: date | None = None
    place: str = ""
    note: str = ""
    sample: bool = False


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step of the way here."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point on the map."""

    title: str
    latitude: float
    longitude: float
    url: str = ""


TONES = {
    StateKind.OPEN: "ok",
    StateKind.OUTSIDE_HOURS: "warn",
    StateKind.CAUTION: "warn",
    StateKind.PARTLY_CLOSED: "warn",
    StateKind.CLOSED: "stop",
    StateKind.UNKNOWN: "open",
}


def state_badge(state: DestinationState, *, language: str) -> Badge:
    """The state of a place as a badge."""
    return Badge(text=state.word_id if language == "id" else state.word_en, tone=TONES[state.kind])


def place_card(
    card: DestinationCard,
    address: Address,
    picture: Picture | None,
    *,
    language: str,
    with_region: bool,
    summary: bool = False,
    distance: float | None = None,
) -> Card:
    """A destination as a card. A state is worth a badge only when something is wrong, or known to be open."""
    notes = []
    if summary and (text := card.summary_id if language == "id" else card.summary_en):
        notes.append(first_sentence(text))
    if distance is not None:
        notes.append(_("%(km)s km as the crow flies") % {"km": kilometres(distance, language)})
    place = f"{card.region_short_name}, {card.category_label}" if with_region else card.category_label
    return Card(
        url=address.url,
        title=card.name,
        place=place if with_region else place[:1].upper() + place[1:],
        notes=notes,
        picture=picture,
        badge=None if card.state.kind == StateKind.UNKNOWN else state_badge(card.state, language=language),
        sample=card.is_sample,
        region=card.region_slug if with_region else "",
    )


def kilometres(distance: float, language: str) -> str:
    """A distance with one decimal below ten: "2,4", "17"."""
    text = f"{distance:.1f}" if distance < 10 else f"{distance:.0f}"
    return text.replace(".", ",") if language == "id" else text


def first_sentence(text: str) -> str:
    """The first sentence of a text, without its full stop; abbreviations such as "Kec." do not end one."""
    words: list[str] = []
    for word in text.split():
        words.append(word)
        ends = word.endswith((".", ";"))
        if ends and len(word) > 5:
            break
    return " ".join(words).rstrip(".;,")


def event_card(card: OccurrenceCard, address: Address, *, language: str, with_region: bool) -> EventCard:
    """A date of an event as a card."""
    where = [card.venue] + ([card.region_short_name] if with_region else [])
    when = time_words(card.starts_at, language)
    status = OccurrenceStatus(card.status)
    telling = status in {OccurrenceStatus.CANCELLED, OccurrenceStatus.POSTPONED, OccurrenceStatus.MOVED}
    note = (card.note_id or card.admission_id) if language == "id" else (card.note_en or card.admission_en)
    return EventCard(
        url=address.url,
        title=card.name_id if language == "id" else card.name_en,
        day=day_of(card.starts_at),
        last_day=day_of(card.ends_at) if card.ends_at else None,
        place=", ".join([*filter(None, dict.fromkeys(where)), when]),
        note=f"{str(status.label).capitalize()}. {note}".strip() if telling else note,
        sample=card.is_sample,
    )

"""The page of one destination: facts as published, or as drafted in a preview."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from cms.pages import trade
from cms.pages.cards import Badge, Place, state_badge
from cms.pages.context.frame import cards_by_key, in_language, is_preview
from cms.pages.context.notices import said
from foundation.clock import day_of
from tourism.destinations.facts import Category, Facility, Known
from tourism.destinations.models import Destination
from tourism.destinations.queries import DestinationState, StateKind, TariffRow, nearby, state_of, tariff_board
from tourism.hazards.queries import outlook

SHOWN_FACILITIES = (Facility.TOILET, Facility.PRAYER_ROOM, Facility.PARKING, Facility.FOOD, Facility.SIGNAL)


@dataclass(frozen=True)
class TariffLine:
    """A row of the official tariff board, in one language."""

    what: str
    audience: str
    amount: int
    legal_basis: str
    valid_from: Any
    valid_until: Any


def destination(page: Any, request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """All that the page of a place shows.

    :raises Http404: the page has published no facts yet.
    """
    language, drafted = page.language, is_preview(request) and page.is_source
    place = (
        Destination.objects.filter(translation_key=page.translation_key)
        .select_related("region", "village__parent")
        .defer("region__boundary")
        .first()
    )
    if place is None and not drafted:
        raise Http404
    # An editor sees the draft; everybody else what was published.
    facts: Any = page if drafted else place
    state = state_of([place], moment=now)[place.pk] if place else unknown_state()
    near = nearby(destination=place, moment=now, limit=6) if place else []
    near_cards = cards_by_key(
        [card for card, _km in near], language=language, with_region=True, distances={card.pk: km for card, km in near}
    )
    tickets = trade.tickets_at(destination_id=place.pk, language=language, now=now) if place else []
    return {
        "place": place,
        "facts": facts,
        "category": str(Category(facts.category).label) if facts.category else "",
        "summary": in_language(facts, "summary", language),
        "state": state,
        "state_badge": checked_badge(state, facts, language),
        "state_sentence": state.sentence_id if language == "id" else state.sentence_en,
        "is_closed": state.kind == StateKind.CLOSED,
        "needs_care": state.kind in {StateKind.CAUTION, StateKind.PARTLY_CLOSED},
        "hazard": in_language(facts, "hazard", language),
        "outlook": said(
            outlook(moment=now, region_id=page.home.region_id, destination_id=place.pk if place else None),
            language=language,
        ),
        "tariffs": tariff_lines(page, place, language=language, now=now, drafted=drafted),
        "tickets": tickets,
        "first_ticket": next((ticket for ticket in tickets if ticket.badge is None), None),
        "to_know": to_know(facts, language),
        "access": in_language(facts, "access", language),
        "village": facts.village,
        "is_approximate": facts.coordinate_precision == "APPROX",
        "points": points(page, facts),
        "near": list(near_cards.values())[:3],
        "goods": trade.goods_in(region_code=page.home.region_code, language=language, now=now, limit=4),
    }


def unknown_state() -> DestinationState:
    """The state of a place that has published nothing yet."""
    return DestinationState(StateKind.UNKNOWN, _("Not known yet"), _("Not known yet"), "", "")


def checked_badge(state: DestinationState, facts: Any, language: str) -> Badge:
    """The state where it is known, else that the tourism office has not checked."""
    if state.kind != StateKind.UNKNOWN:
        return state_badge(state, language=language)
    if facts.checked_at is None:
        return Badge(text=_("Not checked by the tourism office yet"), tone="open")
    return state_badge(state, language=language)


def tariff_lines(
    page: Any, place: Destination | None, *, language: str, now: datetime, drafted: bool
) -> list[TariffLine]:
    """The official prices of today; of a draft, its rows as they are."""
    if drafted:
        rows = [
            TariffRow(
                row.what_id,
                row.what_en or row.what_id,
                row.get_audience_display(),
                row.amount,
                row.legal_basis,
                row.valid_from_date,
                row.valid_until_date,
            )
            for row in page.tariff_rows.all()
        ]
    else:
        rows = tariff_board(destination_id=place.pk, day=day_of(now)) if place else []
    return [
        TariffLine(
            what=row.what_id if language == "id" else row.what_en,
            audience=row.audience,
            amount=row.amount,
            legal_basis=row.legal_basis,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in rows
    ]


def to_know(facts: Any, language: str) -> list[tuple[str, str]]:
    """What one should know before going; nothing for what is not known, which the page then says."""
    known = {Known.YES: _("Yes"), Known.NO: _("No"), Known.UNKNOWN: ""}
    rows = [
        (_("Safety"), in_language(facts, "safety", language)),
        (_("Wheelchair access"), known[facts.facility(Facility.STEP_FREE)]),
    ]
    rows += [(str(facility.label).capitalize(), known[facts.facility(facility)]) for facility in SHOWN_FACILITIES]
    return rows


def points(page: Any, facts: Any) -> list[Place]:
    """The place on the map."""
    if facts.latitude is None or facts.longitude is None:
        return []
    return [Place(title=page.title, latitude=facts.latitude, longitude=facts.longitude, url=page.full_url or "")]

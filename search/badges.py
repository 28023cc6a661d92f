"""The one thing a card says about a result's state, in the visitor's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from django.utils.translation import gettext as _

from search.results import Badge, Kind


def badge_of(card: Mapping[str, Any], *, today: date, language: str) -> Badge | None:
    """The badge of an indexed card as of today; the language is active."""
    code = card.get("badge") or ""
    day = date.fromisoformat(card["badge_day"]) if card.get("badge_day") else None
    last_day = card.get("last_day") or ""
    if code == "closed":
        text = _("Closed until %(day)s") % {"day": _short(day, language)} if day and day >= today else _("Closed")
        return Badge(code, "stop", text)
    if code == "partly_closed":
        return Badge(code, "warn", _("Partly closed"))
    if code == "caution":
        return Badge(code, "warn", _("Check conditions"))
    if code == "cancelled":
        return Badge(code, "stop", _("Cancelled"))
    if code == "postponed":
        return Badge(code, "warn", _("Postponed"))
    if code == "sold_out":
        return Badge(code, "stop", _("Sold out"))
    if card["kind"] == Kind.EVENT and last_day and last_day < today.isoformat():
        return Badge("over", "warn", _("Over"))
    if card["kind"] in (Kind.TICKET, Kind.STAY) and last_day < today.isoformat():
        return Badge("no_dates", "warn", _("No dates yet"))
    if code == "unchecked":
        return Badge(code, "open", _("Not checked by the tourism office yet"))
    if code == "checked" and day:
        return Badge(code, "ok", _("Checked %(day)s") % {"day": _short(day, language)})
    return None


def _short(day: date | None, language: str) -> str:
    return format_date(day, "d MMM y", locale=language) if day else ""

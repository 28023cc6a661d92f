"""The clock: stored in UTC, shown in WIB. The edge reads the time and passes it on as ``now``."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

WIB = ZoneInfo("Asia/Jakarta")


def to_wib(moment: datetime) -> datetime:
    """The same moment on the wall clocks of western Indonesia."""
    return moment.astimezone(WIB)


def day_of(moment: datetime) -> date:
    """The calendar day of a moment in WIB."""
    return to_wib(moment).date()


def start_of(day: date) -> datetime:
    """Midnight WIB at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=WIB)


def end_of(day: date) -> datetime:
    """Midnight WIB at which a day ends and the next begins."""
    return start_of(day + timedelta(days=1))


def day_words(day: date, language: str) -> str:
    """A day in full: "Minggu, 22 November 2026", "Sunday, 22 November 2026"."""
    return format_date(day, "EEEE, d MMMM y", locale=language)


def short_day_words(day: date, language: str) -> str:
    """A day for a narrow place: "Min 22 Nov", "Sun 22 Nov"."""
    return format_date(day, "EEE d MMM", locale=language).replace(".", "")


def time_words(moment: datetime, language: str) -> str:
    """A time of day with its zone: "09.30 WIB", "09:30 WIB"."""
    return to_wib(moment).strftime("%H.%M WIB" if language == "id" else "%H:%M WIB")

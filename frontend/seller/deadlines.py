"""By when a paid order is to be packed, and how that is said."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from foundation.clock import WIB, day_of, short_day_words, time_words, to_wib

# What is paid before noon goes out the same day; couriers here close their counters after four.
ORDERED_UNTIL = time(12)
PACKED_UNTIL = time(16)


def pack_by(paid_at: datetime) -> datetime:
    """Until when an order that was paid at this moment should be packed."""
    paid = to_wib(paid_at)
    day = paid.date() if paid.time() < ORDERED_UNTIL else paid.date() + timedelta(days=1)
    return datetime.combine(day, PACKED_UNTIL, tzinfo=WIB)


def language() -> str:
    """The visitor's language, never a variant of it."""
    return (get_language() or "id")[:2]


def deadline_words(deadline: datetime, now: datetime) -> str:
    """One deadline: "before 16.00 WIB today", "a day late"."""
    days_late = (day_of(now) - day_of(deadline)).days
    if now > deadline:
        if days_late == 0:
            return _("It was due at %(time)s.") % {"time": time_words(deadline, language())}
        return ngettext("%(count)d day late.", "%(count)d days late.", days_late) % {"count": days_late}
    if days_late == 0:
        return _("At the latest %(time)s today.") % {"time": time_words(deadline, language())}
    if days_late == -1:
        return _("At the latest %(time)s tomorrow.") % {"time": time_words(deadline, language())}
    words = {"day": short_day_words(day_of(deadline), language()), "time": time_words(deadline, language())}
    return _("At the latest %(day)s, %(time)s.") % words


def deadlines_words(deadlines: Sequence[datetime], now: datetime) -> str:
    """Several deadlines in one or two sentences: the next one, and how many are over."""
    late = sum(deadline < now for deadline in deadlines)
    coming = [deadline for deadline in deadlines if deadline >= now]
    sentences = [deadline_words(min(coming), now)] if coming else []
    if late:
        sentences.append(ngettext("%(count)d is late.", "%(count)d are late.", late) % {"count": late})
    return " ".join(sentences)

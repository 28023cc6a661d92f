"""What editors do to the search, and what is counted of it: words, pins, questions, opened results."""

import re
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.errors import DomainError
from search import editors
from search.models import AskedCount, Document, OpenedCount, Pin, Revision, Wording, WordingKind

# A question is kept as words only while it cannot be about one person: no number as long as a phone's or an identity card's, no mail
# address, no more words than a search has.
_MOST_DIGITS = 5
_MOST_WORDS = 8
# Shown to editors only if asked this often within the days shown: what few asked may tell who did.
SHOWN_FROM = 5
# What stayed rare is erased after a month, all of it after two years.
RARE_FOR, KEPT_FOR = timedelta(days=31), timedelta(days=731)
_MAIL = re.compile(r"\S@\S|https?:|www\.", re.IGNORECASE)


class WordingRefused(DomainError):
    """A wording that cannot mean anything; the message says why."""

    code = "wording_refused"


class NothingToPin(DomainError):
    """There is no such document, or no question to pin it to."""

    code = "nothing_to_pin"


@transaction.atomic
def keep_wording(*, wording: Wording, now: datetime) -> Wording:
    """Save what editors say of words; searches go by it at once.

    :raises WordingRefused: it has too few words for its kind.
    """
    firsts, seconds = editors.members(wording.words), editors.members(wording.leads_to)
    if wording.kind == WordingKind.TWO_WAY and len(firsts) < 2:
        raise WordingRefused(_("Give at least two words that mean the same, with a comma between them."))
    if wording.kind in (WordingKind.ONE_WAY, WordingKind.MINANGKABAU) and not (firsts and seconds):
        raise WordingRefused(_("Say what these words lead to."))
    if not firsts or not all(editors.question(member) for member in (*firsts, *seconds)):
        raise WordingRefused(_("Every entry needs at least one letter or number."))
    if wording.kind in (WordingKind.TWO_WAY, WordingKind.PROTECTED):
        wording.leads_to = ""
    wording.changed_at = now
    wording.save()
    _raise_revision(editors.WORDINGS)
    return wording


@transaction.atomic
def remove_wording(*, wording_id: int) -> None:
    """Forget what was said of words; a repeat changes nothing."""
    Wording.objects.filter(pk=wording_id).delete()
    _raise_revision(editors.WORDINGS)


@transaction.atomic
def pin(*, query: str, key: str, first_date: date | None, last_date: date | None, now: datetime) -> Pin:
    """Put a document before all others for a question, after those pinned already; pinning again changes its days.

    :param key: the document's name, "destination:12".
    :raises NothingToPin: no such document can be found, no word in the question, or the days are in the wrong order.
    """
    asked = editors.question(query)
    source, _colon, number = key.partition(":")
    is_known = number.isdigit() and Document.objects.live().filter(source=source, object_id=int(number)).exists()
    if not asked or not is_known:
        raise NothingToPin(_("There is nothing to pin."))
    if first_date and last_date and first_date > last_date:
        raise NothingToPin(_("The last day lies before the first."))
    others = Pin.objects.filter(query=asked)
    made, _is_new = Pin.objects.update_or_create(
        query=asked,
        source=source,
        object_id=int(number),
        defaults={"first_date": first_date, "last_date": last_date, "changed_at": now},
        create_defaults={
            "first_date": first_date,
            "last_date": last_date,
            "changed_at": now,
            "position": others.count() + 1,
        },
    )
    _raise_revision(editors.PINS)
    return made


@transaction.atomic
def unpin(*, pin_id: int) -> None:
    """Let a document find its own place again; a repeat changes nothing."""
    Pin.objects.filter(pk=pin_id).delete()
    _raise_revision(editors.PINS)


def count_question(*, query: str, found: int, now: datetime) -> bool:
    """Count that something was asked today; whether it was counted. What may be about a person is not."""
    asked = countable(query)
    if not asked:
        return False
    _count(asked, now=now, searches=1, found_nothing=int(found == 0))
    return True


@transaction.atomic
def count_opened(*, query: str, key: str, now: datetime) -> bool:
    """Count that a result was opened from a question today; whether it was counted."""
    asked = countable(query)
    source, _colon, number = key.partition(":")
    if not asked or not number.isdigit() or len(number) > 18:
        return False
    if not Document.objects.filter(source=source, object_id=int(number)).exists():
        return False
    _count(asked, now=now, clicks=1)
    row = {"day": day_of(now), "query": asked, "source": source, "object_id": int(number)}
    OpenedCount.objects.bulk_create([OpenedCount(**row)], ignore_conflicts=True)
    OpenedCount.objects.filter(**row).update(clicks=F("clicks") + 1)
    return True


def countable(query: str) -> str:
    """A question as it may be kept, or nothing if it may be about one person."""
    if _MAIL.search(query) or sum(letter.isdigit() for letter in query) > _MOST_DIGITS:
        return ""
    asked = editors.question(query)
    return asked if len(asked.split()) <= _MOST_WORDS else ""


@transaction.atomic
def erase_old_counts(*, now: datetime) -> int:
    """Erase questions that stayed rare after a month, and every count after two years; returns how many rows went."""
    today = day_of(now)
    gone = AskedCount.objects.filter(day__lt=today - KEPT_FOR).delete()[0]
    gone += OpenedCount.objects.filter(day__lt=today - KEPT_FOR).delete()[0]
    old = AskedCount.objects.filter(day__lt=today - RARE_FOR)
    often = AskedCount.objects.values("query").annotate(asked=Sum("searches")).filter(asked__gte=SHOWN_FROM)
    rare = old.exclude(query__in=often.values("query"))
    gone += OpenedCount.objects.filter(query__in=rare.values("query"), day__lt=today - RARE_FOR).delete()[0]
    return gone + rare.delete()[0]


def _count(asked: str, *, now: datetime, **more: int) -> None:
    row = {"day": day_of(now), "query": asked}
    AskedCount.objects.bulk_create([AskedCount(**row)], ignore_conflicts=True)
    AskedCount.objects.filter(**row).update(**{name: F(name) + count for name, count in more.items()})


def _raise_revision(name: str) -> None:
    """Let every process know that its copy of a list is old."""
    Revision.objects.bulk_create([Revision(name=name)], ignore_conflicts=True)
    Revision.objects.filter(name=name).update(number=F("number") + 1)

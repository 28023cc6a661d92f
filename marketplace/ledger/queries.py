"""What is asked of the ledger. A balance is what came in less what went out, in whole rupiah."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from marketplace.ledger.models import Entry


@dataclass(frozen=True)
class EntryView:
    """One transfer with its cause."""

    kind: str
    reference: str
    posted_at: datetime
    from_code: str
    to_code: str
    amount: int
    line: UUID | None


def balance(code: str) -> int:
    """The balance of an account; 0 for one that was never used."""
    came_in = Entry.objects.filter(to_account__code=code).aggregate(total=Sum("amount", default=0))["total"]
    went_out = Entry.objects.filter(from_account__code=code).aggregate(total=Sum("amount", default=0))["total"]
    return int(came_in - went_out)


def balances(prefix: str) -> dict[str, int]:
    """Balances by code of all used accounts whose code begins with ``prefix`` ("shop:", "treasury:13.75"): two queries."""
    found: defaultdict[str, int] = defaultdict(int)
    for side, sign in (("to_account__code", 1), ("from_account__code", -1)):
        sums = Entry.objects.filter(**{f"{side}__startswith": prefix}).values(side).annotate(total=Sum("amount"))
        for row in sums.order_by(side):
            found[row[side]] += sign * row["total"]
    return dict(sorted(found.items()))


def balances_of(codes: Collection[str]) -> dict[str, int]:
    """Balances of these accounts by code; two queries."""
    found = dict.fromkeys(codes, 0)
    for side, sign in (("to_account__code", 1), ("from_account__code", -1)):
        sums = Entry.objects.filter(**{f"{side}__in": codes}).order_by().values(side).annotate(total=Sum("amount"))
        for row in sums:
            found[row[side]] += sign * row["total"]
    return found


def entries_of(
    code: str | Collection[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[EntryView]:
    """Entries into and out of an account, or of any of several, newest first.

    :param since: posted at this moment or later.
    :param until: posted before this moment.
    """
    codes = [code] if isinstance(code, str) else list(code)
    entries = Entry.objects.filter(Q(from_account__code__in=codes) | Q(to_account__code__in=codes))
    if since is not None:
        entries = entries.filter(journal__posted_at__gte=since)
    if until is not None:
        entries = entries.filter(journal__posted_at__lt=until)
    until_row = None if limit is None else offset + limit
    return _views(entries.order_by("-journal__posted_at", "-pk")[offset:until_row])


def entries_for(*, kind: str, references: Sequence[str]) -> list[EntryView]:
    """Entries of the journals with these causes, oldest first."""
    return _views(Entry.objects.filter(journal__kind=kind, journal__reference__in=references).order_by("pk"))


def _views(entries: QuerySet[Entry]) -> list[EntryView]:
    rows = entries.values_list(
        "journal__kind",
        "journal__reference",
        "journal__posted_at",
        "from_account__code",
        "to_account__code",
        "amount",
        "line",
    )
    return [EntryView(*row) for row in rows]

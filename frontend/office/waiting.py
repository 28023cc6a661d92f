"""What waits for the province's operator, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.outbox.models import Delivery, DeliveryStatus
from marketplace.payments.models import (
    GatewayReportRow,
    Payment,
    PaymentStatus,
    Refund,
    RefundBearer,
    RefundStatus,
    ReportDifference,
)
from marketplace.sales.models import Closing, ClosingStatus, VisitStatus
from marketplace.shops.models import Shop, ShopStatus
from search.models import Document
from search.reports import drift

# A bank that has said nothing for this long will not by itself.
UNCONFIRMED_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Waiting:
    """One kind of work on the dashboard."""

    count: int
    title: str
    text: str
    url: str


def payments_to_look_at() -> QuerySet[Payment]:
    """Payments whose amount or merchant differs from ours and nobody has said why, under review, or disputed."""
    odd = Q(is_quarantined=True, explained_at=None) | Q(status__in=(PaymentStatus.REVIEW, PaymentStatus.DISPUTED))
    return Payment.objects.filter(odd)


def refunds_to_pay() -> QuerySet[Refund]:
    """Money that a person has to send back; what a treasury is to give back waits there, not here."""
    return Refund.objects.filter(status=RefundStatus.MANUAL)


def refunds_to_bear() -> QuerySet[Refund]:
    """What Midtrans gave back at its dashboard, of nobody's lines: somebody has to bear it."""
    made = (RefundStatus.ACCEPTED, RefundStatus.DONE)
    return Refund.objects.filter(bearer=RefundBearer.OPEN, status__in=made)


def late_treasuries(today: date) -> QuerySet[Refund]:
    """Retribusi that a treasury has not given back in time."""
    return Refund.objects.filter(status=RefundStatus.TREASURY, deadline_date__lt=today)


def unconfirmed_refunds(now: datetime) -> QuerySet[Refund]:
    """Refunds that Midtrans accepted long ago and no bank has confirmed."""
    return Refund.objects.filter(status=RefundStatus.ACCEPTED, requested_at__lt=now - UNCONFIRMED_FOR)


def closings_to_decide() -> QuerySet[Closing]:
    """Places that were marked closed, with visitors to be looked after; and closings in which a visit failed."""
    return Closing.objects.filter(
        Q(status=ClosingStatus.PROPOSED) | Q(status=ClosingStatus.RUNNING, visits__status=VisitStatus.FAILED)
    ).distinct()


def unexplained_differences() -> QuerySet[GatewayReportRow]:
    """Lines of Midtrans' reports that differ from our books, and nobody has said why."""
    return GatewayReportRow.objects.exclude(difference=ReportDifference.NONE).filter(explained_at=None)


def dead_deliveries() -> QuerySet[Delivery]:
    """Events that a subscriber could not take, however often it was tried."""
    return Delivery.objects.filter(status=DeliveryStatus.DEAD)


def for_operator() -> Sequence[Waiting]:
    """What waits, most urgent first; a query each."""
    now = timezone.now()
    money = reverse("office:money")
    found = [
        Waiting(
            Shop.objects.filter(status=ShopStatus.PENDING).count(),
            _("Shops wait for approval"),
            _("Their products appear once you approve them."),
            f"{reverse('office:shops')}?status={ShopStatus.PENDING}",
        ),
        Waiting(
            payments_to_look_at().count(),
            _("Payments set aside"),
            _("What Midtrans reports differs from what was asked for."),
            money,
        ),
        Waiting(
            refunds_to_pay().count(),
            _("Refunds to pay by hand"),
            _("The channel cannot give this money back by itself."),
            money + "#kembali",
        ),
        Waiting(
            refunds_to_bear().count(),
            _("Refunds that nobody bears yet"),
            _("They were made at Midtrans' dashboard, of a part. Say who bears them."),
            money + "#tanggung",
        ),
        Waiting(
            closings_to_decide().count(),
            _("Closed dates to decide about"),
            _("Visitors wait for another date or their money."),
            reverse("office:closings"),
        ),
        Waiting(
            unconfirmed_refunds(now).count(),
            _("Refunds that no bank confirmed"),
            _("Midtrans accepted them two weeks ago. Ask there."),
            money + "#kembali",
        ),
        Waiting(
            late_treasuries(day_of(now)).count(),
            _("Retribusi not given back in time"),
            _("A treasury is past its deadline."),
            reverse("office:treasury_refunds"),
        ),
        Waiting(
            unexplained_differences().count(),
            _("Differences in Midtrans' reports"),
            _("Lines that differ from our books, without a reason yet."),
            reverse("office:reports"),
        ),
        Waiting(
            dead_deliveries().count(),
            _("Deliveries given up"),
            _("A part of the site did not take up a change."),
            reverse("office:deliveries"),
        ),
        Waiting(
            Document.objects.given_up().count(),
            _("Documents the search index refuses"),
            _("They cannot be found as they are now."),
            reverse("office:search_refused"),
        ),
        Waiting(
            drift(),
            _("Search index differed from the database"),
            _("The last comparison found and mended it; it should have found nothing."),
            reverse("office:search_index"),
        ),
    ]
    return [one for one in found if one.count]

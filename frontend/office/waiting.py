"""What waits for the province's operator, counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.outbox.models import Delivery, DeliveryStatus
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.shops.models import Shop, ShopStatus
from search.models import Document
from search.reports import drift


@dataclass(frozen=True)
class Waiting:
    """One kind of work on the dashboard."""

    count: int
    title: str
    text: str
    url: str


def payments_to_look_at() -> QuerySet[Payment]:
    """Payments whose amount or merchant differs from ours, under review, or disputed."""
    odd = Q(is_quarantined=True) | Q(status__in=(PaymentStatus.REVIEW, PaymentStatus.DISPUTED))
    return Payment.objects.filter(odd)


def refunds_to_pay() -> QuerySet[Refund]:
    """Money that a person has to send back."""
    return Refund.objects.filter(status__in=(RefundStatus.MANUAL, RefundStatus.FAILED))


def dead_deliveries() -> QuerySet[Delivery]:
    """Events that a subscriber could not take, however often it was tried."""
    return Delivery.objects.filter(status=DeliveryStatus.DEAD)


def for_operator() -> Sequence[Waiting]:
    """What waits, most urgent first; six queries."""
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

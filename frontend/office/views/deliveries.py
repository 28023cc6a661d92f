"""Changes that a part of the site did not take up, however often it was tried."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import BaseListingView

from foundation.outbox.models import Delivery
from foundation.outbox.services import try_again
from frontend.office import journal, waiting
from frontend.office.access import OperatorOnly
from frontend.office.columns import MomentColumn


class AgainColumn(Column):
    """The one thing that can be done."""

    cell_template_name = "office/again_cell.html"

    def get_value(self, instance: Any) -> Any:
        return reverse("office:delivery_again", args=[instance.pk])

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> Any:
        """Cells are rendered without the request, so the token is handed over."""
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "csrf_token": get_token(parent_context["request"])}


class DeliveriesView(OperatorOnly, BaseListingView):
    """Deliveries given up, newest first."""

    model = Delivery
    page_title = gettext_lazy("Deliveries given up")
    header_icon = "warning"
    index_url_name = "office:deliveries"
    index_results_url_name = "office:deliveries_results"
    paginate_by = 50
    verbose_name_plural = gettext_lazy("deliveries that were given up")
    columns: ClassVar = [
        Column("topic", label=gettext_lazy("What happened"), accessor="event.topic"),
        Column("key", label=gettext_lazy("Number"), accessor="event.key"),
        Column("subscriber", label=gettext_lazy("Who did not take it up")),
        Column("attempts", label=gettext_lazy("Tries")),
        Column("last_error", label=gettext_lazy("Fault")),
        MomentColumn("event_at", label=gettext_lazy("Since"), accessor="event.created_at"),
        AgainColumn("again", label=gettext_lazy("Action")),
    ]

    def get_base_queryset(self) -> QuerySet[Delivery]:
        """With the event in the same query."""
        return waiting.dead_deliveries().select_related("event").order_by("-pk")


class DeliveryAgainView(OperatorOnly, View):
    """Try one again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set it going; a repeat changes nothing."""
        delivery = get_object_or_404(Delivery, pk=pk)
        if try_again(delivery_id=delivery.pk, now=timezone.now()):
            journal.note(action=journal.RETRY_DELIVERY, about=delivery, by=request.user)
        messages.success(request, _("It is tried again now."))
        return redirect("office:deliveries")

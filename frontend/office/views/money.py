"""Payments that a person must look at, and refunds that a person must pay."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.errors import DomainError
from frontend.office import journal, waiting
from frontend.office.access import FinanceOnly
from marketplace.payments.models import Refund
from marketplace.sales.services import record_manual_refund

MOST_SHOWN = 100


class MoneyView(FinanceOnly, WagtailAdminTemplateMixin, TemplateView):
    """Both lists, oldest first."""

    template_name = "office/money.html"
    page_title = gettext_lazy("Money that needs a person")
    header_icon = "warning"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows."""
        payments = waiting.payments_to_look_at().select_related("order").order_by("created_at", "pk")
        refunds = waiting.refunds_to_pay().select_related("payment__order").order_by("requested_at", "pk")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"payments": payments[:MOST_SHOWN], "refunds": refunds[:MOST_SHOWN]}


class RefundPaidView(FinanceOnly, View):
    """Somebody has sent the money back."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note it once; a repeat changes nothing."""
        refund = get_object_or_404(Refund, pk=pk)
        try:
            record_manual_refund(refund_id=refund.pk, now=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            journal.note(action=journal.PAY_REFUND, about=refund, by=request.user)
            messages.success(request, _("Noted: the money is back with the buyer."))
        return redirect("office:money")

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
from frontend.office.access import FinanceOnly, is_operator
from marketplace.payments.models import Payment
from marketplace.payments.services import explain_payment
from marketplace.sales.services import apply_payment, decide_review, lose_dispute

MOST_SHOWN = 100


class MoneyView(FinanceOnly, WagtailAdminTemplateMixin, TemplateView):
    """All lists, oldest first."""

    template_name = "office/money.html"
    page_title = gettext_lazy("Money that needs a person")
    header_icon = "warning"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows."""
        payments = waiting.payments_to_look_at().select_related("order").order_by("created_at", "pk")
        refunds = waiting.refunds_to_pay().select_related("payment__order", "account").order_by("requested_at", "pk")
        silent = (
            waiting.unconfirmed_refunds(timezone.now()).select_related("payment__order").order_by("requested_at", "pk")
        )
        to_bear = waiting.refunds_to_bear().select_related("payment__order").order_by("requested_at", "pk")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "payments": payments[:MOST_SHOWN],
            "to_bear": to_bear[:MOST_SHOWN],
            "refunds": refunds[:MOST_SHOWN],
            "silent": silent[:MOST_SHOWN],
            "is_operator": is_operator(self.request.user),
        }


class PaymentDecisionView(FinanceOnly, View):
    """A payment that waits for a person: accept or refuse it, give a dispute up, look again, or note why it differs."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it; a repeat changes nothing."""
        payment, now = get_object_or_404(Payment, pk=pk), timezone.now()
        decision = request.POST.get("keputusan", "")
        try:
            match decision:
                case "accept" | "refuse":
                    decide_review(payment_id=pk, accept=decision == "accept", now=now)
                    action = journal.ACCEPT_PAYMENT if decision == "accept" else journal.REFUSE_PAYMENT
                    journal.note(action=action, about=payment, by=request.user)
                case "lost":
                    lose_dispute(payment_id=pk, now=now)
                    journal.note(action=journal.LOSE_DISPUTE, about=payment, by=request.user)
                case "look":
                    apply_payment(payment_id=pk, now=now)
                    payment.refresh_from_db()
                    if payment.is_quarantined:
                        messages.warning(request, _("Midtrans still reports something else."))
                    else:
                        messages.success(request, _("Midtrans' answer fits now."))
                case "explain":
                    words = request.POST.get("sebab", "")
                    explain_payment(payment_id=pk, explanation=words, by_id=request.user.pk, now=now)
                    payment.refresh_from_db()
                    journal.note(
                        action=journal.EXPLAIN_PAYMENT, about=payment, by=request.user, reason=payment.explanation
                    )
                    messages.success(request, _("Noted."))
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        return redirect("office:money")

"""The tills of a region's gates, for its bendahara: the three counts of a day, and taking over what they hand in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.clock import day_of
from foundation.errors import DomainError
from foundation.money import rupiah
from frontend.office import journal
from frontend.office.views.deposits import regions_of
from frontend.office.views.receipts import Asked, asked_by
from marketplace.sales import gate_queries as queries
from marketplace.sales.models import CashHandover
from marketplace.sales.services import take_cash_over
from marketplace.tickets.models import Gate
from tourism.regions.models import Region


class TakingForm(forms.Form):
    """What arrived of a till."""

    amount = forms.IntegerField(label=gettext_lazy("Arrived, in rupiah"), min_value=0)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Needed if it differs from what was counted at the gate."),
    )


class TillsView(WagtailAdminTemplateMixin, TemplateView):
    """Each gate's day, and what is on its way to the treasurer."""

    template_name = "office/tills.html"
    page_title = gettext_lazy("Cash at the gates")
    header_icon = "download"
    asked: Asked

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; 422 with a sentence for a day that is none."""
        self.asked = asked_by(request)
        answer: HttpResponse = self.render_to_response(
            self.get_context_data(**kwargs), status=422 if self.asked.form.errors else 200
        )
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The gates' figures."""
        region, day = self.asked.region, self.asked.day
        gates = gates_of(region)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "region": region,
            "day": day,
            "form": self.asked.form,
            "gates": queries.gate_days(gates, day),
            "waiting": queries.handovers_of(gates, waiting=True),
            "handovers": queries.handovers_of(gates, day=day),
        }


class TakeTillView(WagtailAdminTemplateMixin, TemplateView):
    """One till on its way: the treasurer counts it and says what arrived."""

    template_name = "office/till.html"
    page_title = gettext_lazy("Take over a till")
    header_icon = "download"
    form: TakingForm | None = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; with the same address what became of it."""
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs))
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take it over; 422 with a sentence where that cannot be."""
        handover = handover_of(request, kwargs["pk"])
        self.form = TakingForm(request.POST)
        if self.form.is_valid():
            try:
                take_cash_over(
                    handover_id=handover.pk,
                    by_id=int(request.user.pk or 0),
                    amount=self.form.cleaned_data["amount"],
                    note=self.form.cleaned_data["note"],
                    now=timezone.now(),
                )
            except DomainError as refusal:
                self.form.add_error(None, refusal.sentence)
            else:
                journal.note(action=journal.TAKE_TILL, about=handover, by=request.user)
                amount = rupiah(self.form.cleaned_data["amount"])
                messages.success(request, _("Taken over: %(amount)s.") % {"amount": amount})
                region = handover.gate.shop.region
                return redirect(f"{reverse('office:tills')}?daerah={region.code}")
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs), status=422)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        up = {"url": reverse("office:tills"), "label": _("Cash at the gates")}
        return [*self.breadcrumbs_items, up, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The till and the form, filled with what was counted."""
        row = handover_of(self.request, kwargs["pk"])
        (view,) = [one for one in queries.handovers_of([row.gate]) if one.id == row.pk]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "handover": view,
            "region": row.gate.shop.region,
            "day": day_of(row.handed_at),
            "form": self.form or TakingForm(initial={"amount": view.handed}),
        }


def gates_of(region: Region) -> list[Gate]:
    """The gates of a region's shops."""
    return list(Gate.objects.filter(shop__region=region).select_related("shop"))


def handover_of(request: HttpRequest, pk: int) -> CashHandover:
    """A till that was handed over in a region whose books this account keeps.

    :raises Http404: none, or another region's.
    """
    regions = regions_of(request)
    rows = CashHandover.objects.filter(gate__shop__region__in=regions.values())
    found = rows.select_related("gate__shop__region").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found

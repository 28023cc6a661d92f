"""Dates and places that were closed after tickets were sold: deciding, and the report."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.errors import DomainError
from frontend.office import journal
from frontend.office.access import OperatorOnly
from marketplace.catalog.models import DATED_KINDS, Listing
from marketplace.inventory.models import Slot
from marketplace.sales import services
from marketplace.sales.closing_queries import closings, report, sold_on
from marketplace.sales.models import ClosedVisit, Closing, ClosingStatus


class ClosingsView(OperatorOnly, WagtailAdminTemplateMixin, TemplateView):
    """All closings; those that wait for a decision first."""

    template_name = "office/closings.html"
    page_title = gettext_lazy("Closed dates")
    header_icon = "calendar"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The cards."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"closings": closings(Closing.objects.all())}


class ClosingView(OperatorOnly, WagtailAdminTemplateMixin, TemplateView):
    """One closing: decide about it, and see how far it is."""

    template_name = "office/closing.html"
    header_icon = "calendar"

    def found(self) -> Closing:
        """The closing, loaded once."""
        if not hasattr(self, "_closing"):
            rows = Closing.objects.select_related("closure__destination", "begun_by", "decided_by")
            self._closing: Closing = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._closing

    def get_page_title(self) -> str:
        """Which closing."""
        return _("Closing %(number)d") % {"number": self.kwargs["pk"]}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("office:closings"), "label": ClosingsView.page_title},
            {"url": "", "label": self.get_page_title()},
        ]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what was decided."""
        closing, now, by_id = self.found(), timezone.now(), request.user.pk
        try:
            match request.POST.get("keputusan", ""):
                case "dates" | "money" as way:
                    services.decide_closing(closing_id=pk, go=True, by_id=by_id, now=now, offers_dates=way == "dates")
                    journal.note(action=journal.CONFIRM_CLOSING, about=closing, by=request.user)
                case "none":
                    services.decide_closing(closing_id=pk, go=False, by_id=by_id, now=now)
                    journal.note(action=journal.DROP_CLOSING, about=closing, by=request.user)
                case "again":
                    visit = get_object_or_404(
                        ClosedVisit, pk=number(request.POST.get("kunjungan", "")), closing=closing
                    )
                    services.try_visit_again(visit_id=visit.pk, now=now)
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        return redirect("office:closing", pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The report."""
        closing = self.found()
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "report": report(closing, now=timezone.now()),
            "is_proposed": closing.status == ClosingStatus.PROPOSED,
            "history": journal.history(closing),
        }


class CloseForm(forms.Form):
    """Which ticket, which dates, and why."""

    listing = forms.ModelChoiceField(
        Listing.objects.none(), label=gettext_lazy("Ticket"), empty_label=gettext_lazy("Choose a ticket")
    )
    from_date = forms.DateField(
        label=gettext_lazy("From the day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until_date = forms.DateField(
        label=gettext_lazy("To the day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason_id = forms.CharField(
        label=gettext_lazy("Why, in Indonesian"),
        max_length=200,
        help_text=gettext_lazy("Everyone who bought a ticket reads this sentence."),
    )
    reason_en = forms.CharField(label=gettext_lazy("Why, in English"), max_length=200, required=False)
    offers_dates = forms.BooleanField(
        label=gettext_lazy("Offer another date first"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Without it, or when nobody answers in time, the money goes back."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listings = Listing.objects.filter(kind__in=DATED_KINDS).select_related("shop").order_by("title_id")
        self.fields["listing"].queryset = listings  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Days in their order, and not too many for a slip of the finger."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from_date"), cleaned.get("until_date")
        if first and last and not 0 <= (last - first).days <= 92:
            self.add_error("until_date", _("Choose the last day, at most three months after the first."))
        return cleaned


class NewClosingView(OperatorOnly, WagtailAdminTemplateMixin, TemplateView):
    """Close dates of a ticket: first what that means, then for real."""

    template_name = "office/close_dates.html"
    page_title = gettext_lazy("Close dates")
    header_icon = "calendar"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("office:closings"), "label": ClosingsView.page_title},
            {"url": "", "label": self.get_page_title()},
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what would happen; on the second press close them."""
        form, now = CloseForm(request.POST), timezone.now()
        ahead, status = None, 422
        if form.is_valid():
            answers = form.cleaned_data
            slots = Slot.objects.filter(
                listing=answers["listing"], day__range=(answers["from_date"], answers["until_date"]), ends_at__gt=now
            )
            if request.POST.get("yakin"):
                try:
                    closing = services.close_dates(
                        slot_ids=list(slots.values_list("pk", flat=True)),
                        reason_id=answers["reason_id"],
                        reason_en=answers["reason_en"],
                        offers_dates=answers["offers_dates"],
                        by_id=request.user.pk,
                        now=now,
                    )
                except DomainError as refusal:
                    form.add_error(None, refusal.sentence)
                else:
                    journal.note(
                        action=journal.CONFIRM_CLOSING, about=closing, by=request.user, reason=answers["reason_id"]
                    )
                    return redirect("office:closing", pk=closing.pk)
            else:
                ahead, status = {"dates": slots.count(), "sold": sold_on(slots)}, 200
        context = self.get_context_data(form=form, ahead=ahead)
        answer: HttpResponse = self.render_to_response(context, status=status)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {"form": CloseForm()} | context


def number(typed: str) -> int:
    """A key from a form.

    :raises Http404: it is none.
    """
    if not (typed.isdecimal() and typed.isascii() and len(typed) < 16):
        raise Http404
    return int(typed)

"""Closing dates of a shop's own tickets: what that means, doing it, and how far it is."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import DomainError
from frontend.seller.counter import for_managers, frame
from marketplace.catalog.models import DATED_KINDS, Listing
from marketplace.inventory.models import Slot
from marketplace.sales import services
from marketplace.sales.closing_queries import closings as closing_cards
from marketplace.sales.closing_queries import report, sold_on
from marketplace.sales.models import Closing, ClosingStatus
from marketplace.shops.models import Shop

MOST_DAYS = 92


class CloseForm(forms.Form):
    """Which ticket, which days, and why."""

    listing = forms.ModelChoiceField(Listing.objects.none(), label=gettext_lazy("Ticket"), empty_label=None)
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

    def __init__(self, *args: Any, shop: Shop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Listing.objects.filter(shop=shop, kind__in=DATED_KINDS).order_by("title_id")
        self.fields["listing"].queryset = own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Days in their order, and not too many for a slip of the finger."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from_date"), cleaned.get("until_date")
        if first and last and not 0 <= (last - first).days <= MOST_DAYS:
            self.add_error("until_date", _("Choose the last day, at most three months after the first."))
        return cleaned


@require_safe
@for_managers
def closings(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Closed dates of a shop, those that wait for a decision first."""
    context = frame(shop, "shop") | {"closings": closing_cards(Closing.objects.of_shop(shop.pk))}
    return render(request, "seller/closings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def close(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Close days: first what that means, on the second press for real."""
    now, ahead, status = timezone.now(), None, 200
    form = CloseForm(request.POST if request.method == "POST" else None, shop=shop, initial=dict(request.GET.items()))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            answers = form.cleaned_data
            slots = Slot.objects.filter(
                listing=answers["listing"], day__range=(answers["from_date"], answers["until_date"]), ends_at__gt=now
            )
            if not request.POST.get("yakin"):
                ahead, status = {"dates": slots.count(), "sold": sold_on(slots)}, 200
            else:
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
                    messages.success(request, _("Closed. Everyone who bought is being told."))
                    return redirect("seller:closing", shop.slug, closing.pk)
    context = frame(shop, "shop") | {"form": form, "ahead": ahead}
    return render(request, "seller/close_dates.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def closing(request: HttpRequest, shop: Shop, closing: int) -> HttpResponse:
    """How far a closing is; for a place that was marked closed, the decision."""
    found = Closing.objects.of_shop(shop.pk).filter(pk=closing).select_related("closure__destination").first()
    if found is None:
        raise Http404
    now = timezone.now()
    # A place may be many shops' business: only one whose tickets alone are concerned may decide alone.
    may_decide = found.status == ClosingStatus.PROPOSED and concerns_only(found, shop)
    if request.method == "POST" and may_decide:
        wanted = request.POST.get("keputusan", "")
        try:
            if wanted in ("dates", "money"):
                services.decide_closing(
                    closing_id=found.pk, go=True, by_id=request.user.pk, now=now, offers_dates=wanted == "dates"
                )
        except DomainError as refusal:
            messages.warning(request, refusal.sentence)
        return redirect("seller:closing", shop.slug, found.pk)
    context = frame(shop, "shop") | {
        "report": report(found, now=now, shop_id=shop.pk),
        "may_decide": may_decide,
        "is_proposed": found.status == ClosingStatus.PROPOSED,
    }
    return render(request, "seller/closing.html", context)


def concerns_only(found: Closing, shop: Shop) -> bool:
    """Whether a closed place sells no other shop's tickets."""
    if found.closure is None:
        return True
    others = Listing.objects.filter(destination_id=found.closure.destination_id, kind__in=DATED_KINDS)
    return not others.exclude(shop=shop).exists()

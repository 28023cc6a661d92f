"""A region's receipts book and its deposits, for its bendahara."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.clock import day_of
from foundation.errors import DomainError
from foundation.site import site_name
from frontend.office import journal
from frontend.office.access import treasury_regions
from frontend.office.columns import language
from frontend.office.views.payouts import as_file
from frontend.office.views.receipts import XLSX
from marketplace.payouts.papers import book_pdf, book_xlsx
from marketplace.payouts.queries import ReceiptsBook, claims_on, deposits_of, open_days, receipts_book
from marketplace.payouts.services import record_deposit
from marketplace.shops.models import CollectionAgreement, MerchantAccount
from marketplace.shops.services import OPERATOR_ACCOUNT
from tourism.regions.models import Region

LONGEST = timedelta(days=366)


def day_field(label: Any) -> forms.DateField:
    """A day as browsers send it."""
    return forms.DateField(
        label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )


class RegionField(forms.ChoiceField):
    """One of the regions whose books an account keeps."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("Region"), **kwargs)


class BookForm(forms.Form):
    """Which region, which days."""

    daerah = RegionField()
    dari = day_field(gettext_lazy("From"))
    sampai = day_field(gettext_lazy("Until"))

    def __init__(self, *args: Any, regions: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, regions)

    def clean(self) -> dict[str, Any]:
        """A span that makes sense, of a year at most."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("dari"), cleaned.get("sampai")
        if start and end and not timedelta() <= end - start <= LONGEST:
            self.add_error("sampai", _("Choose a span of a year at most, from the earlier day to the later."))
        return cleaned


class DepositForm(forms.Form):
    """What was handed over."""

    daerah = RegionField()
    through = day_field(gettext_lazy("Receipts up to and including"))
    amount = forms.IntegerField(
        label=gettext_lazy("Amount in rupiah"),
        min_value=1,
        help_text=gettext_lazy("All of what came in up to that day; retribusi is handed over whole."),
    )
    sts_number = forms.CharField(label=gettext_lazy("STS number"), max_length=60)
    deposited_on = day_field(gettext_lazy("Deposited on"))

    def __init__(self, *args: Any, regions: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, regions)


def choose_from(form: forms.Form, regions: list[Region]) -> None:
    """Offer these regions and no others."""
    field = form.fields["daerah"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(region.code, region.short_name) for region in regions]


@dataclass(frozen=True)
class Asked:
    """A region and days that may be seen."""

    form: BookForm
    region: Region
    from_day: date
    until_day: date


def regions_of(request: HttpRequest) -> dict[str, Region]:
    """The regions whose books this account keeps, by code.

    :raises Http404: none.
    """
    regions = {region.code: region for region in treasury_regions(request.user)}
    if not regions:
        raise Http404
    return regions


def chosen(regions: dict[str, Region], code: str) -> Region:
    """The region that is asked for, or the first.

    :raises Http404: it is not this account's to keep.
    """
    if not code:
        return next(iter(regions.values()))
    if code not in regions:
        raise Http404
    return regions[code]


def asked_by(request: HttpRequest) -> Asked:
    """What the address asks for; the month so far where it says nothing.

    :raises Http404: no region's books are this account's to keep, or not this one's.
    """
    regions = regions_of(request)
    region, today = chosen(regions, request.GET.get("daerah", "")), day_of(timezone.now())
    start, end = today.replace(day=1), today
    data = {
        "daerah": region.code,
        "dari": request.GET.get("dari") or start.isoformat(),
        "sampai": request.GET.get("sampai") or end.isoformat(),
    }
    form = BookForm(data, regions=list(regions.values()))
    if form.is_valid():
        start, end = form.cleaned_data["dari"], form.cleaned_data["sampai"]
    return Asked(form, region, start, end)


def book_of(asked: Asked) -> ReceiptsBook:
    """The book that is asked for."""
    return receipts_book(
        region_code=asked.region.code,
        from_day=asked.from_day,
        until_day=asked.until_day,
        today=day_of(timezone.now()),
    )


class BookView(WagtailAdminTemplateMixin, TemplateView):
    """The book, with its three counts side by side."""

    template_name = "office/book.html"
    page_title = gettext_lazy("Receipts book")
    header_icon = "table"
    asked: Asked

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; 422 with a sentence for days that are none."""
        self.asked = asked_by(request)
        status = 422 if self.asked.form.errors else 200
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs), status=status)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        query = f"?daerah={self.asked.region.code}&dari={self.asked.from_day}&sampai={self.asked.until_day}"
        downloads = [
            (_("PDF to sign"), reverse("office:book_file", args=["pdf"]) + query, "doc-full"),
            (_("Download as a spreadsheet"), reverse("office:book_file", args=["xlsx"]) + query, "download"),
        ]
        return context | {"form": self.asked.form, "book": book_of(self.asked), "downloads": downloads}


class BookFileView(View):
    """The same on paper or as a spreadsheet."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The file."""
        asked = asked_by(request)
        book = book_of(asked)
        name = f"buku-penerimaan-{asked.region.slug}-{asked.from_day}-{asked.until_day}"
        if kind == "pdf":
            paper = book_pdf(book, site_name=site_name(), language=language())
            return as_file(paper, f"{name}.pdf", "application/pdf")
        return as_file(book_xlsx(book, language=language()), f"{name}.xlsx", XLSX)


class DepositsView(WagtailAdminTemplateMixin, TemplateView):
    """What waits to be handed over, what was, and the form that records it."""

    template_name = "office/deposits.html"
    page_title = gettext_lazy("Deposits to the treasury")
    header_icon = "order-up"
    form: DepositForm | None = None
    region: Region

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page."""
        self.region = chosen(regions_of(request), request.GET.get("daerah", ""))
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs))
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Record a deposit; 422 with a sentence where it cannot be."""
        regions = regions_of(request)
        self.region = chosen(regions, request.POST.get("daerah", ""))
        self.form = DepositForm(request.POST, regions=list(regions.values()))
        if self.form.is_valid():
            cleaned = self.form.cleaned_data
            try:
                deposit = record_deposit(
                    region_id=self.region.pk,
                    merchant_account_id=merchant_of(self.region),
                    through=cleaned["through"],
                    sts_number=cleaned["sts_number"],
                    deposited_on=cleaned["deposited_on"],
                    amount=cleaned["amount"],
                    by_id=int(request.user.pk or 0),
                    now=timezone.now(),
                )
            except DomainError as refusal:
                self.form.add_error(None, refusal.sentence)
            else:
                journal.note(action=journal.RECORD_DEPOSIT, about=deposit, by=request.user)
                messages.success(request, _("Recorded: STS %(number)s.") % {"number": deposit.sts_number})
                return redirect(f"{reverse('office:deposits')}?daerah={self.region.code}")
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs), status=422)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The days and the form, filled with all that waits."""
        regions, today = list(regions_of(self.request).values()), day_of(timezone.now())
        days = open_days(self.region.code, today=today)
        # What came in today still grows; what is handed over is the days before.
        ready = [day for day in days if day.day < today] or days
        initial = {
            "daerah": self.region.code,
            "through": ready[-1].day if ready else today,
            "amount": sum(day.amount for day in ready) or None,
            "deposited_on": today,
        }
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "region": self.region,
            "regions": regions,
            "days": days,
            "total": sum(day.amount for day in days),
            "late": sum(day.amount for day in days if day.days_late),
            "claims": claims_on(self.region.code),
            "deposits": deposits_of(self.region.code),
            "form": self.form or DepositForm(initial=initial, regions=regions),
        }


def merchant_of(region: Region) -> int:
    """The merchant account that collects a region's retribusi: by its agreement, else the operator's."""
    agreed = (
        CollectionAgreement.objects.filter(region=region)
        .order_by("-valid_from_date")
        .values_list("merchant_account_id", flat=True)
    )
    return agreed.first() or MerchantAccount.objects.get(code=OPERATOR_ACCOUNT).pk

"""Midtrans' reports: read one, and see where it differs from our books."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.errors import DomainError
from frontend.office.access import FinanceOnly, is_operator
from frontend.office.views.closings import number
from marketplace.payments import services
from marketplace.payments.channels import name_of
from marketplace.payments.models import GatewayReport, GatewayReportRow, ReportDifference
from marketplace.shops.models import MerchantAccount

MOST_SHOWN = 300
_DIFFERENT = ~Q(rows__difference=ReportDifference.NONE)


class ReportForm(forms.Form):
    """A file, and whose it is."""

    account = forms.ModelChoiceField(
        MerchantAccount.objects.order_by("pk"), label=gettext_lazy("Merchant account"), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("Report as CSV"),
        help_text=gettext_lazy("As Midtrans mails it, or from its dashboard: payments and settlements, or payouts."),
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
    )


class ReportsView(FinanceOnly, WagtailAdminTemplateMixin, TemplateView):
    """The reports that were read, and the form for another."""

    template_name = "office/reports.html"
    page_title = gettext_lazy("Midtrans' reports")
    header_icon = "table"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read a report; the same file again leads to what was read."""
        form = ReportForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                report = services.import_report(
                    raw=file.read(),
                    name=file.name,
                    merchant_account=form.cleaned_data["account"],
                    by_id=request.user.pk,
                    now=timezone.now(),
                )
            except DomainError as refusal:
                form.add_error("file", refusal.sentence)
            else:
                return redirect("office:report", pk=report.pk)
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Newest first, with what is unexplained."""
        rows = GatewayReport.objects.select_related("merchant_account", "read_by").annotate(
            count=Count("rows", filter=Q(rows__line_number__gt=0)),
            different=Count("rows", filter=_DIFFERENT),
            unexplained=Count("rows", filter=_DIFFERENT & Q(rows__explained_at__isnull=True)),
        )
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {"form": ReportForm()} | context | {"reports": rows.order_by("-read_at", "-pk")[:50]}


class ReportView(FinanceOnly, WagtailAdminTemplateMixin, TemplateView):
    """One report: every difference, and what a person found out about it."""

    template_name = "office/report.html"
    header_icon = "table"

    def found(self) -> GatewayReport:
        """The report, loaded once."""
        if not hasattr(self, "_report"):
            self._report: GatewayReport = get_object_or_404(GatewayReport, pk=self.kwargs["pk"])
        return self._report

    def get_page_title(self) -> str:
        """The file's name."""
        return self.found().name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("office:reports"), "label": ReportsView.page_title},
            {"url": "", "label": self.get_page_title()},
        ]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write down why a line differs."""
        row = get_object_or_404(GatewayReportRow, pk=number(request.POST.get("baris", "")), report=self.found())
        try:
            services.explain_difference(
                row_id=row.pk, explanation=request.POST.get("sebab", ""), by_id=request.user.pk, now=timezone.now()
            )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("Noted."))
        return redirect("office:report", pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The differences, unexplained first."""
        report = self.found()
        rows = report.rows.exclude(difference=ReportDifference.NONE).select_related("payment__order", "explained_by")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "report": report,
            "rows": [
                (row, name_of(row.channel)) for row in rows.order_by("explained_at", "line_number", "pk")[:MOST_SHOWN]
            ],
            # Orders are the operator's to open; the treasurer reads their codes.
            "is_operator": is_operator(self.request.user),
            "count": report.rows.filter(line_number__gt=0).count(),
            "agreeing": report.rows.filter(difference=ReportDifference.NONE).count(),
        }
